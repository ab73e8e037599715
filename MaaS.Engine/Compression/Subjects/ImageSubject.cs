// Images: bytes in, classes out.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using MaaS.Inference;
using TorchSharp;
using static TorchSharp.torch;
using Encoder = MaaS.Engine.Tasks.Images.Encoder;
using Network = MaaS.Engine.Tasks.Images.Network;

namespace MaaS.Engine.Compression;

internal sealed class ImageSubject : Subject
{
    // A batch of the widest network is some hundred MB of activations.
    private const int ImagesAtOnce = 250;

    private readonly Encoder _encoder;
    private readonly Target _target;
    private readonly ImagePart _train;
    private readonly ImagePart _validation;
    private readonly ImagePart _test;
    private readonly string _testName;
    private readonly ImageSet _all;
    private readonly ImageSet? _given;
    private readonly Device _device;

    // By the teachers' folders: asking a large network about all images may take a minute.
    private readonly Dictionary<string, Tensor> _asked = new(StringComparer.Ordinal);

    public ImageSubject(ModelManifest manifest, CompressionPlace place, IProgress<Report> progress, CancellationToken token) : base(manifest)
    {
        (var training, _encoder, _target, var network) = ImagePackage.Load(place.Source);
        Source = Candidate.Of(training, network);
        network.Dispose();
        _device = Compute(training).Device;
        var shape = (_encoder.Height, _encoder.Width, _encoder.Channels);
        _all = ImageSet.Read(place.Data, shape, progress, token);
        _given = place.Test is { } test ? ImageSet.Read(test, shape, progress, token) : null;
        (_train, _validation, _test, _testName) = ImageRun.Divide(training, _all, _given, _target, _device, progress);
    }

    public override Candidate Source { get; }

    public override string Quality => "accuracy";

    public override Compute Compute(TrainingSpec training)
    {
        var (threads, why) = ImageSettings.Threads((ImageTraining)training);
        return Engine.Compute.Choose(training, threads, why, crew: true);
    }

    public override LearningTask Task(Candidate candidate)
    {
        var spec = (ImageTraining)candidate.Training;
        var replicas = _device.type == DeviceType.CPU ? ImageSettings.Threads(spec).Threads : 1;
        var networks = Enumerable.Range(0, replicas).Select(_ => (Network)Built(spec)).ToArray();
        candidate.Into(networks[0]);
        return new ImageTask([.. networks.Select(network => network.to(_device))], _encoder, _target, spec, _train, _validation);
    }

    public override nn.Module Built(TrainingSpec training) => Network.For(((ImageTraining)training).Network!, _encoder, _target.Outputs);

    public override ModelProto Graph(LearningTask task) => ImageGraph.Of(((ImageTask)task).Model, _encoder, _target.Labels!);

    /// <summary>All but the numbers of one dimension: biases and norms.</summary>
    public override bool IsWeight(string name) => name.EndsWith("weight", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal);

    public override TrainingSpec Filled(TrainingSpec student, IProgress<Report> progress)
    {
        var source = (ImageTraining)Source.Training;
        return ImageSettings.Fill((ImageTraining)student with { Size = source.Size, Split = source.Split, From = null }, _all.Classes.Count, progress);
    }

    public override TrainingSpec Halved()
    {
        var source = (ImageTraining)Source.Training;
        return source with
        {
            From = null,
            Network = source.Network switch
            {
                ImageMlpNetwork mlp => mlp with { Hidden = Half(mlp.Hidden!) },
                ConvolutionalNetwork cnn => cnn with { Channels = Half(cnn.Channels!), Halvings = ConvolutionalNet.HalvingsOf(cnn) },
                ResNetwork resnet => resnet with { Width = Math.Max(4, resnet.Width / 2), Inner = resnet.Inner is null ? null : Half(resnet.Inner) },
                var other => other,
            },
        };
        static int[] Half(IReadOnlyList<int> widths) => [.. widths.Select(width => Math.Max(1, (width + 1) / 2))];
    }

    public override Structure? Structure(TrainingSpec training) => ImageStructure.Of((ImageTraining)training, _encoder, _target.Outputs);

    public override CalibrationRows Calibration(int most)
    {
        var rows = Math.Min(most, _train.Count);
        using var scope = NewDisposeScope();
        return new([ImagePackage.Pixels(First(_train, rows))], rows);
    }

    public override Lessons Lessons(IReadOnlyList<Model> teachers, IReadOnlyList<string> folders, LearningTask student, Distillation step, CancellationToken token)
    {
        foreach (var teacher in teachers)
            if (!teacher.Manifest.Labels!.SequenceEqual(_target.Labels!, StringComparer.Ordinal) || !teacher.Manifest.Inputs[0].Shape.SequenceEqual(Manifest.Inputs[0].Shape))
                throw new UserError($"A teacher tells {string.Join(", ", teacher.Manifest.Labels!.Take(10))} apart on images of {string.Join(" x ", teacher.Manifest.Inputs[0].Shape.Skip(1))}; it must know the source's classes on images of {string.Join(" x ", Manifest.Inputs[0].Shape.Skip(1))}.");
        var isVaried = ((ImageTask)student).Spec.Augmentation != AugmentationSpec.None;
        // What does not change from epoch to epoch is asked once; the surest first of a curriculum are told by the images as they are.
        var logs_NC = isVaried && !step.Curriculum ? null : Known(teachers, string.Join('\n', folders), token);
        var networks = step.Hints > 0 ? folders.Select(folder => ImagePackage.Load(folder).Network.to(_device)).ToArray() : [];
        foreach (var network in networks)
            network.eval();
        var lesson = new Lesson(step.Temperature, step.Weight, (rows_B, pixels_BHWC) => !isVaried ? logs_NC!.index_select(0, rows_B) : Asked(teachers, pixels_BHWC!))
        {
            Hints = networks.Length == 0 ? null : (step.Hints, pixels_BHWC => Features(networks, pixels_BHWC)),
            Sureness = step.Curriculum ? Compression.Lessons.Sureness(logs_NC!) : null,
        };
        return new Lessons(lesson, networks);
    }

    public override Quality Validate(Model served) => Of(served, _validation, "validation");

    public override Quality Test(Model served) => Of(served, _test, _testName);

    public override ModelManifest Write(string folder, LearningTask task, TrainingSpec training, Lineage lineage, PackageVariant variant, CancellationToken token) =>
        ImagePackage.Write(folder, (ImageTask)task, (ImageTraining)training, _test, ModelMetrics.None, lineage, token, variant);

    public override Candidate Load(string folder)
    {
        var (training, _, _, network) = ImagePackage.Load(folder);
        using (network)
            return Candidate.Of(training, network);
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var logs_NC in _asked.Values)
            logs_NC.Dispose();
        _all.Dispose();
        _given?.Dispose();
    }

    private Quality Of(Model served, ImagePart part, string split)
    {
        using var scope = NewDisposeScope();
        var majority = _train.Classes_N.index_select(0, _train.Rows_M).bincount(null, 0).argmax().item<long>();
        var truth = part.Classes_N.index_select(0, part.Rows_M).cpu().data<long>().ToArray();
        return Compression.Quality.OfClasses(Answers(served, part, CancellationToken.None), truth, _target.Outputs, (int)majority, split);
    }

    private static float[] Answers(Model served, ImagePart part, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        var answers = new List<float>();
        foreach (var rows_B in part.Rows_M.split(ImagesAtOnce))
        {
            token.ThrowIfCancellationRequested();
            answers.AddRange(served.Run([ImagePackage.Pixels(part with { Rows_M = rows_B })], (int)rows_B.shape[0]).Probabilities!);
        }
        return [.. answers];
    }

    private Tensor Known(IReadOnlyList<Model> teachers, string folders, CancellationToken token)
    {
        if (!_asked.TryGetValue(folders, out var logs_NC))
            _asked[folders] = logs_NC = Compression.Lessons.Mean(teachers.Select(teacher => Answers(teacher, _train, token)), _target.Outputs, _device);
        return logs_NC;
    }

    private Tensor Asked(IReadOnlyList<Model> teachers, Tensor pixels_BHWC)
    {
        var bytes = pixels_BHWC.cpu().contiguous().data<byte>().ToArray();
        using var mean_BC = Compression.Lessons.Mean(teachers.Select(teacher => teacher.Run([bytes], (int)pixels_BHWC.shape[0]).Probabilities!), _target.Outputs, _device);
        return mean_BC.alias();
    }

    private static Tensor Features(Network[] networks, Tensor pixels_BHWC)
    {
        using var quiet = no_grad();
        return cat([.. networks.Select(network => network.FeaturesOf(pixels_BHWC))], 1);
    }

    private static ImagePart First(ImagePart part, int rows) => part with { Rows_M = part.Rows_M.slice(0, 0, rows, 1) };
}
