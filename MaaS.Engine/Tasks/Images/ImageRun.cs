// Training on images from end to end: read, split, train, test once, export, check.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using MaaS.Engine.Trust;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal static class ImageRun
{
    /// <summary>What a training goes on from.</summary>
    public sealed record Source(Encoder Encoder, Target Target, Network Network);

    /// <exception cref="UserError">The data is no images, the settings do not fit it, or the loss diverged.</exception>
    /// <exception cref="Packages.ParityException">The exported graph does not answer as the trained network does.</exception>
    public static TrainingOutcome Run(
        ImageTraining training, DataFile data, DataFile? test, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        if (data.Profile.Images is not { } summary)
            throw new UserError($"{data.Name} holds no images: they come as a ZIP of class folders with PNG or JPEG files, or of IDX files.");
        using var scope = NewDisposeScope();
        Source? source = null;
        if (place.Source is { } folder)
        {
            (var its, var encoder, var target, var network) = ImagePackage.Load(folder);
            (source, training) = (new(encoder, target, network), Continuation.Of(training, its));
        }
        var (width, height) = training.SizeOf(summary);
        var shape = source is null ? (height, width, summary.Channels) : (source.Encoder.Height, source.Encoder.Width, source.Encoder.Channels);
        using var all = ImageSet.Read(data, shape, progress, token);
        using var given = test is null ? null : ImageSet.Read(test, shape, progress, token);
        return Run(training, all, given, place, progress, token, source);
    }

    public static TrainingOutcome Run(
        ImageTraining training, ImageSet all, ImageSet? given, TrainingPlace place, IProgress<Report> progress, CancellationToken token, Source? source = null)
    {
        var target = source?.Target ?? Target.Fit(all.Classes, TabularGoal.Classification, []);
        var spec = ImageSettings.Fill(training, all.Classes.Count, progress);
        var (threads, why) = ImageSettings.Threads(spec);
        var compute = Compute.Choose(training, threads, why, crew: true);
        progress.Report(new Said($"training {compute.Reason}"));

        using var scope = NewDisposeScope();
        var (train, validation, test, split) = Divide(spec, all, given, target, compute.Device, progress);
        var encoder = source?.Encoder ?? Encoder.Fit(train);
        var replicas = Enumerable.Range(0, compute.Device.type == DeviceType.CPU ? threads : 1)
            .Select(replica => (replica == 0 ? source?.Network : null) ?? Network.For(spec.Network!, encoder, target.Outputs))
            .Select(network => network.to(compute.Device)).ToList();
        using var task = new ImageTask(replicas, encoder, target, spec, train, validation);
        progress.Report(new Said($"the network has {task.Network.parameters().Sum(parameter => parameter.numel()):N0} parameters"));
        new Trainer(task, spec, compute, place.Checkpointing, progress).Run(token);

        progress.Report(new Advanced(1, "testing and exporting"));
        var metrics = task.Test(test, split) with { Card = Card(task, validation, test) };
        foreach (var (name, value) in metrics.Values)
            progress.Report(new Said($"test {name} {value:g6} (trivial baseline {metrics.Baseline[name]:g6})"));
        var manifest = ImagePackage.Write(place.Package, task, spec, test, metrics, place.Lineage, token);
        progress.Report(new Said($"exported: ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} test images"));
        return new TrainingOutcome(manifest, compute.Facts());
    }

    private static TrustCard Card(ImageTask task, ImagePart validation, ImagePart test)
    {
        Answered Of(ImagePart part) => new(task.Answers(part), part.Classes_N.index_select(0, part.Rows_M).cpu().data<long>().ToArray(), task.Target.Outputs);
        return TrustCards.Of(Of(validation), Of(test), task.Target.Name, task.Target.Labels!, robustness: task.Attacked(test));
    }

    /// <summary>The test is the given file; else the part that the data itself calls so; else a share of the images.</summary>
    public static (ImagePart Train, ImagePart Validation, ImagePart Test, string Name) Divide(
        ImageTraining spec, ImageSet all, ImageSet? given, Target target, Device device, IProgress<Report> progress)
    {
        var classes = target.Classes(all.Classes);
        var (pixels_NHWC, classes_N) = (all.Pixels_NHWC.to(device), tensor(classes, device: device));
        ImagePart Part(IEnumerable<int> rows) => new(pixels_NHWC, classes_N, tensor([.. rows.Select(row => (long)row)], dtype: ScalarType.Int64, device: device));

        var numbers = Enumerable.Range(0, classes.Length).ToArray();
        int[] learned = [.. numbers.Where(row => !all.IsTest[row])];
        if (learned.Length == 0)
            learned = numbers; // a test part alone is all there is to learn from
        var isParted = given is null && learned.Length < numbers.Length;
        var split = Split.Of(
            learned.Length, isParted ? spec.Split! with { TestDatasetVersionId = Guid.Empty } : spec.Split!, Array.ConvertAll(learned, row => (int)classes[row]));
        var (train, validation) = (Part(split.Train.Select(row => learned[row])), Part(split.Validation.Select(row => learned[row])));
        var (test, name) = given is not null ? (new ImagePart(given.Pixels_NHWC.to(device), tensor(target.Classes(given.Classes), device: device), arange(given.IsTest.Length, dtype: ScalarType.Int64, device: device)), "given test file")
            : isParted ? (Part(numbers.Where(row => all.IsTest[row])), "test part of the file")
            : (Part(split.Test.Select(row => learned[row])), "test");
        progress.Report(new Said($"{train.Count} images to train on, {validation.Count} to choose by, {test.Count} to test once ({name})"));
        return (train, validation, test, name);
    }
}
