// Images of known class as a task to train: the bytes on the device, the loss on varied images, the figures on images as they are.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using MaaS.Engine.Trust;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

/// <summary>Some of the images: the tensor they lie in, and which they are.</summary>
/// <param name="Classes_N">Class number of each of the tensor's images, int64.</param>
/// <param name="Rows_M">Int64.</param>
internal sealed record ImagePart(Tensor Pixels_NHWC, Tensor Classes_N, Tensor Rows_M)
{
    public int Count => (int)Rows_M.shape[0];
}

internal sealed class ImageTask : LearningTask
{
    // Activations of so many pixels are some hundred MB in the widest network a form offers.
    private const long PixelsAtOnce = 1 << 19;

    private readonly Network _network;
    private readonly ImageTraining _spec;
    private readonly ImagePart _train;
    private readonly ImagePart _validation;
    private readonly IReadOnlyList<Network> _networks;
    private Replicas? _replicas;

    /// <param name="networks">One for each thread that takes a share of a step's images; the first is what is learned.</param>
    /// <param name="spec">Every value filled in.</param>
    public ImageTask(IReadOnlyList<Network> networks, Encoder encoder, Target target, ImageTraining spec, ImagePart train, ImagePart validation)
    {
        (_networks, _network, Encoder, Target, _spec, _train, _validation) = (networks, networks[0], encoder, target, spec, train, validation);
        Crew = new Crew(networks.Count);
    }

    public Encoder Encoder { get; }

    public Target Target { get; }

    public override nn.Module Network => _network;

    public Network Model => _network;

    public ImageTraining Spec => _spec;

    internal override Crew Crew { get; }

    public override int TrainRows => _train.Count;

    public override bool IsHidden(string name) => _network.IsHidden(name);

    public override Tensor Loss(Tensor rows_B) => LossOf(_network, rows_B);

    internal override Tensor Backward(Tensor rows_B, double share, FlatParameters parameters)
    {
        _replicas ??= new Replicas([parameters, .. _networks.Skip(1).Select(network => new FlatParameters(network, network.IsHidden, parameters))], Crew);
        var all = rows_B.shape[0];
        var threads = (int)Math.Clamp(all / ImageSettings.FewestOfAThread, 1, _networks.Count);
        // Drawn here, from the generator whose state a checkpoint keeps.
        var seeds = randint(long.MaxValue, [threads], dtype: ScalarType.Int64).data<long>().ToArray();
        return _replicas.Backward(rows_B, threads, (member, own_B) =>
        {
            _networks[member].Random.manual_seed(seeds[member]);
            return Precision.Of(() => LossOf(_networks[member], own_B)) * (share * own_B.shape[0] / all);
        });
    }

    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = NewDisposeScope();
        var (logits_NC, classes_N) = Logits(_validation);
        return new Dictionary<string, double>
        {
            ["loss"] = nn.functional.cross_entropy(logits_NC, classes_N).item<float>(),
            ["accuracy"] = logits_NC.argmax(1).eq(classes_N).to_type(ScalarType.Float64).mean().item<double>(),
        };
    }

    /// <summary>Every figure on a part that training never saw, those of always answering the most frequent class beside them.</summary>
    public ModelMetrics Test(ImagePart part, string split)
    {
        using var scope = NewDisposeScope();
        var (logits_NC, classes_N) = Logits(part);
        var majority = _train.Classes_N.index_select(0, _train.Rows_M).bincount(null, 0).argmax().item<long>();
        return Metrics.Classification(logits_NC.softmax(1).cpu().data<float>().ToArray(), classes_N.cpu().data<long>().ToArray(), Target.Outputs, (int)majority) with { Split = split };
    }

    /// <summary>Class probabilities (M, C), row by row.</summary>
    public float[] Answers(ImagePart part)
    {
        using var scope = NewDisposeScope();
        return Logits(part).Logits_MC.softmax(1).cpu().data<float>().ToArray();
    }

    /// <summary>The accuracy on images that were changed to deceive.</summary>
    public RobustnessFigures Attacked(ImagePart part)
    {
        using var scope = NewDisposeScope();
        var (pixels_BHWC, classes_B) = Batch(part, part.Rows_M.slice(0, 0, Math.Min(Adversary.MostRows, part.Count), 1));
        _network.eval();
        var figures = Adversary.Attack("of 255", [1, 2, 4, 8], pixels_BHWC.to_type(ScalarType.Float32), classes_B, _network.call, (0, 255));
        _network.train();
        return figures;
    }

    public override void Dispose()
    {
        _replicas?.Dispose();
        Crew.Dispose();
        foreach (var network in _networks)
            network.Dispose();
    }

    private Tensor LossOf(Network network, Tensor rows_B)
    {
        var (pixels_BHWC, classes_B) = Batch(_train, _train.Rows_M.index_select(0, rows_B));
        var varied_BHWC = Augmentation.Vary(pixels_BHWC, _spec.Augmentation!, network.Random);
        var features_BF = network.FeaturesOf(varied_BHWC);
        var logits_BC = network.Output.call(features_BF);
        var own = nn.functional.cross_entropy(logits_BC, classes_B, label_smoothing: _spec.LabelSmoothing);
        return Lesson is null ? own : Lesson.OfClasses(logits_BC, own, rows_B, varied_BHWC) + Lesson.Hint(features_BF, varied_BHWC);
    }

    private (Tensor Logits_MC, Tensor Classes_M) Logits(ImagePart part)
    {
        var atOnce = (int)Math.Clamp(PixelsAtOnce / (part.Pixels_NHWC.shape[1] * part.Pixels_NHWC.shape[2]), 1, 256);
        var pieces = part.Rows_M.split(atOnce);
        var logits = new Tensor[pieces.Length];
        _network.eval();
        Crew.Run(member =>
        {
            using var quiet = no_grad();
            for (var piece = member; piece < pieces.Length; piece += Crew.Size)
            {
                using var scope = NewDisposeScope();
                logits[piece] = _network.call(Batch(part, pieces[piece]).Pixels_BHWC).DetachFromDisposeScope();
            }
        });
        _network.train();
        var all_MC = cat(logits);
        foreach (var one in logits)
            one.Dispose();
        return (all_MC, part.Classes_N.index_select(0, part.Rows_M));
    }

    private static (Tensor Pixels_BHWC, Tensor Classes_B) Batch(ImagePart part, Tensor rows_B) =>
        (part.Pixels_NHWC.index_select(0, rows_B), part.Classes_N.index_select(0, rows_B));
}
