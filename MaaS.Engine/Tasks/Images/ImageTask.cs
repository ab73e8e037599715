// Images of known class as a task to train: the bytes on the device, the loss on varied images, the figures on images as they are.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

/// <summary>Some of the images: the tensor they lie in, and which they are.</summary>
/// <param name="Classes_N">Class number of each of the tensor's images, int64.</param>
/// <param name="Rows_M">Int64.</param>
internal sealed record ImagePart(Tensor Pixels_NCHW, Tensor Classes_N, Tensor Rows_M)
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

    /// <param name="spec">Every value filled in.</param>
    public ImageTask(Network network, Target target, ImageTraining spec, ImagePart train, ImagePart validation, Device device)
    {
        (_network, Target, _spec, _train, _validation) = (network.to(device), target, spec, train, validation);
    }

    public Target Target { get; }

    public override nn.Module Network => _network;

    public Network Model => _network;

    public override int TrainRows => _train.Count;

    public override bool IsHidden(string name) => _network.IsHidden(name);

    public override Tensor Loss(Tensor rows_B)
    {
        var (pixels_BCHW, classes_B) = Batch(_train, _train.Rows_M.index_select(0, rows_B));
        return nn.functional.cross_entropy(_network.call(Augmentation.Vary(pixels_BCHW, _spec.Augmentation!)), classes_B, label_smoothing: _spec.LabelSmoothing);
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

    public override void Dispose() => _network.Dispose();

    private (Tensor Logits_MC, Tensor Classes_M) Logits(ImagePart part)
    {
        var atOnce = (int)Math.Clamp(PixelsAtOnce / (part.Pixels_NCHW.shape[2] * part.Pixels_NCHW.shape[3]), 1, 1024);
        _network.eval();
        using var quiet = no_grad();
        var pieces = new List<Tensor>();
        for (var first = 0; first < part.Count; first += atOnce)
        {
            using var scope = NewDisposeScope();
            var rows_B = part.Rows_M.slice(0, first, Math.Min(first + atOnce, part.Count), 1);
            pieces.Add(_network.call(Batch(part, rows_B).Pixels_BCHW).MoveToOuterDisposeScope());
        }
        _network.train();
        return (cat(pieces), part.Classes_N.index_select(0, part.Rows_M));
    }

    private static (Tensor Pixels_BCHW, Tensor Classes_B) Batch(ImagePart part, Tensor rows_B) =>
        (part.Pixels_NCHW.index_select(0, rows_B), part.Classes_N.index_select(0, rows_B));
}
