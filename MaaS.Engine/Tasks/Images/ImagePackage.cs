// What an image model brings to its package: one input, the pixels, and held-out images as a caller sends them, as PNG in Base64.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks.Tabular;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal static class ImagePackage
{
    private const int RowsAtOnce = 50;

    public static ModelManifest Write(
        string folder, ImageTask task, ImageTraining spec, ImagePart test, ModelMetrics metrics, Lineage lineage, CancellationToken token,
        PackageVariant? variant = null)
    {
        using var scope = NewDisposeScope();
        var rows_R = test.Rows_M.slice(0, 0, Math.Min(HeldOut.MaxRows, test.Count), 1);
        var pieces = rows_R.split(RowsAtOnce).Select(rows_B => HeldOutOf(task, test with { Rows_M = rows_B }));
        var (encoder, labels) = (task.Encoder, task.Target.Labels!);
        return ModelPackage.Write(
            folder,
            new PackageContent(
                ModelTask.ImageClassification, ImageGraph.Of(task.Model, encoder, labels), task.Network, spec,
                [new ModelInput(ImageGraph.Input, ColumnType.Image, TensorType.UInt8, [-1, encoder.Height, encoder.Width, encoder.Channels])],
                labels, task.Target.Name, metrics, lineage, SavedNetwork.Json(new Learned(encoder, task.Target)), variant),
            (int)rows_R.shape[0], HeldOutOf(task, test with { Rows_M = rows_R.slice(0, 0, HeldOut.SampleRows, 1) }).Sample,
            served => pieces.Max(piece =>
            {
                token.ThrowIfCancellationRequested();
                return ModelPackage.Difference(served, piece, labels);
            }));
    }

    /// <summary>What training left, from a package's folder.</summary>
    /// <exception cref="UserError">The weights file is not one of an image network.</exception>
    public static (ImageTraining Training, Encoder Encoder, Target Target, Network Network) Load(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return Load(saved);
    }

    /// <inheritdoc cref="Load(string)"/>
    public static (ImageTraining Training, Encoder Encoder, Target Target, Network Network) Load(SavedNetwork saved)
    {
        var (training, learned) = (saved.Training<ImageTraining>(), saved.Encoder<Learned>());
        if (training.Network is null or ImageMlpNetwork { Hidden: null } or ConvolutionalNetwork { Channels: null })
            throw new UserError($"{saved.Name} does not say what kind of network it holds.");
        if (learned.Encoder is not { Height: >= 1 and <= ImageTraining.LargestSide, Width: >= 1 and <= ImageTraining.LargestSide, Channels: 1 or 3 } || learned.Encoder.Mean.Length != learned.Encoder.Channels || learned.Encoder.Deviation.Length != learned.Encoder.Channels)
            throw new UserError($"{saved.Name} is of a network for images of {learned.Encoder.Height} x {learned.Encoder.Width} pixels with {learned.Encoder.Channels} channels; 1 to {ImageTraining.LargestSide} pixels a side with 1 or 3 channels, and their mean and deviation, are allowed.");
        var network = Network.For(training.Network, learned.Encoder, learned.Target.Outputs);
        saved.Into(network);
        return (training, learned.Encoder, learned.Target, network);
    }

    /// <summary>A package from a weights file alone, checked on images made up of chance.</summary>
    /// <exception cref="UserError">The weights file is not one of an image network.</exception>
    public static ModelManifest Rebuild(string folder, SavedNetwork saved, Lineage lineage, CancellationToken token)
    {
        const int count = 100;
        var (training, encoder, target, network) = Load(saved);
        var part = new ImagePart(
            randint(0, 256, [count, encoder.Height, encoder.Width, encoder.Channels], dtype: ScalarType.Byte), zeros(count, dtype: ScalarType.Int64), arange(count, dtype: ScalarType.Int64));
        using var task = new ImageTask([network], encoder, target, training, part, part);
        return Write(folder, task, training, part, ModelMetrics.None, lineage, token);
    }

    /// <summary>The images as the graph takes them.</summary>
    public static byte[] Pixels(ImagePart part)
    {
        using var scope = NewDisposeScope();
        return part.Pixels_NHWC.index_select(0, part.Rows_M).cpu().data<byte>().ToArray();
    }

    private static HeldOut HeldOutOf(ImageTask task, ImagePart part)
    {
        using var scope = NewDisposeScope();
        var (height, width, channels) = (task.Encoder.Height, task.Encoder.Width, task.Encoder.Channels);
        var pixels_BHWC = Pixels(part);
        var sample = pixels_BHWC.Chunk(height * width * channels).Take(HeldOut.SampleRows).Select(pixels_HWC => new Dictionary<string, JsonElement>
        {
            [ImageGraph.Input] = JsonSerializer.SerializeToElement(Convert.ToBase64String(Png.Of(pixels_HWC, width, height, channels))),
        });
        return new HeldOut([pixels_BHWC], part.Count, task.Answers(part), 1, [.. sample]);
    }

    private sealed record Learned(Encoder Encoder, Target Target);
}
