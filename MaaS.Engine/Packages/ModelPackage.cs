// Writes a trained model as a package folder: graph, weights, sample, manifest; the same for every task. It is only finished when
// ONNX Runtime, given held-out rows as raw values, answers as the trained network does.
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Inference;
using static TorchSharp.torch;

namespace MaaS.Engine.Packages;

/// <summary>The exported graph does not answer as the network it came from: a bug of ours, never the user's mistake.</summary>
public sealed class ParityException(string message) : Exception(message);

/// <summary>What a task brings to its package; files of its own, such as a tokenizer, lie in the folder before.</summary>
/// <param name="Training">The settings with every derived value filled in.</param>
/// <param name="Variant">What makes it another than the network as it was trained; null for that itself.</param>
/// <param name="Encoder">What the encoder learned, as <see cref="SavedNetwork.Json"/>: with the settings and the weights, all there is to build the network again.</param>
/// <param name="Reference">What the data was like, of a task that keeps it.</param>
internal sealed record PackageContent(
    ModelTask Task, Onnx.ModelProto Graph, nn.Module Network, TrainingSpec Training, IReadOnlyList<ModelInput> Inputs,
    IReadOnlyList<string>? Labels, string Target, ModelMetrics Metrics, Lineage Lineage, string? Encoder = null, PackageVariant? Variant = null, Reference? Reference = null);

/// <summary>A model made of another by compression.</summary>
/// <param name="Graph">What is served in the place of the network's own graph; null: that itself.</param>
/// <param name="IsExact">Whether it must answer as the network does. If not, how far it is off is recorded, and may be any number.</param>
internal sealed record PackageVariant(IReadOnlyList<CompressionStep> Steps, Onnx.ModelProto? Graph = null, bool IsExact = true);

/// <summary>Rows that training never saw, and the trained network's answers to them.</summary>
/// <param name="Columns">One array per input, as <see cref="Model.Run"/> takes them.</param>
/// <param name="Answers">Probabilities (N, C) row by row, or N values.</param>
/// <param name="Unit">What a difference is divided by: 1 for probabilities, the target's standard deviation for values.</param>
/// <param name="Sample">The first of them, as a caller sends them.</param>
internal sealed record HeldOut(
    IReadOnlyList<Array> Columns, int Rows, float[] Answers, double Unit, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Sample)
{
    public const int MaxRows = 1_000;
    public const int SampleRows = 3;
}

internal static class ModelPackage
{
    private const double Tolerance = 1e-4;

    /// <exception cref="ParityException">The graph answers otherwise than the network.</exception>
    public static ModelManifest Write(string folder, PackageContent content, HeldOut heldOut) =>
        Write(folder, content, heldOut.Rows, heldOut.Sample, served => Difference(served, heldOut, content.Labels));

    /// <param name="sample">Rows as a caller sends them.</param>
    /// <param name="difference">Between the graph's answers and the network's on so many held-out rows, the largest.</param>
    /// <exception cref="ParityException">The graph answers otherwise than the network.</exception>
    public static ModelManifest Write(
        string folder, PackageContent content, int rows, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> sample, Func<Model, double> difference)
    {
        Directory.CreateDirectory(folder);
        var graph = content.Variant?.Graph ?? content.Graph;
        var tolerance = content.Variant?.IsExact != false ? Tolerance : double.PositiveInfinity;
        using (var file = File.Create(Path.Combine(folder, "model.onnx")))
            graph.WriteTo(file);
        var manifest = new ModelManifest(
            1, content.Task, content.Inputs, [.. graph.Graph.Output.Select(OutputOf)], content.Labels, content.Target, content.Training,
            content.Metrics, content.Network.parameters().Sum(parameter => parameter.numel()),
            ParityMaxDifference: 0, tolerance, rows, content.Lineage, Files: [], Compression: content.Variant?.Steps, Reference: content.Reference);
        using (var served = Model.Open(Path.Combine(folder, "model.onnx"), manifest))
        {
            var found = difference(served);
            if (!double.IsFinite(found) || found > tolerance)
                throw new ParityException($"ONNX Runtime and libtorch differ by {found:g3} on {rows} held-out rows; at most {tolerance:g3} is allowed.");
            manifest = manifest with { ParityMaxDifference = found };
            var answered = new ModelSample(sample, served.Predict(sample));
            SavedNetwork.Write(folder, content, answered);
            return Close(folder, manifest, answered);
        }
    }

    /// <summary>Writes what a package says of itself, last: its sample, and the list of its files.</summary>
    public static ModelManifest Close(string folder, ModelManifest manifest, ModelSample sample)
    {
        File.Delete(Path.Combine(folder, "model.json"));
        Save(folder, "sample.json", sample);
        manifest = manifest with { Files = [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).Select(name => FileOf(folder, name))] };
        Save(folder, "model.json", manifest);
        return manifest;
    }

    /// <summary>The largest between the graph's answers and the network's.</summary>
    /// <exception cref="ParityException">Another number of answers, or labels that are not those of the highest probabilities.</exception>
    public static double Difference(Model served, HeldOut heldOut, IReadOnlyList<string>? labels)
    {
        var answers = served.Run(heldOut.Columns, heldOut.Rows);
        var (onnx, torch) = (answers.Probabilities ?? answers.Values!, heldOut.Answers);
        if (onnx.Length != torch.Length)
            throw new ParityException($"ONNX Runtime gives {onnx.Length} numbers for {heldOut.Rows} rows, libtorch {torch.Length}.");
        // Max passes over a NaN, so one counts as infinitely far; the same infinity on both sides, as absurd rows may give, does not.
        var difference = onnx.Zip(torch, (served, trained) =>
            served == trained ? 0 : float.IsFinite(served) && float.IsFinite(trained) ? Math.Abs(served - trained) / heldOut.Unit : double.PositiveInfinity).Max();
        if (answers.Labels is { } given && !given.SequenceEqual(MostProbable(onnx, labels!)))
            throw new ParityException("The exported graph's labels are not those of its highest probabilities.");
        return difference;
    }

    private static IEnumerable<string> MostProbable(float[] probabilities, IReadOnlyList<string> labels) =>
        probabilities.Chunk(labels.Count).Select(row => labels[Array.IndexOf(row, row.Max())]);

    private static ModelOutput OutputOf(Onnx.ValueInfoProto output) => new(
        output.Name,
        output.Type.TensorType.ElemType == (int)Onnx.TensorProto.Types.DataType.String ? TensorType.String : TensorType.Float32,
        [.. output.Type.TensorType.Shape.Dim.Select(size => size.HasDimParam ? -1 : size.DimValue)]);

    private static PackageFile FileOf(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return new PackageFile(name, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    private static void Save<T>(string folder, string name, T value) =>
        File.WriteAllBytes(Path.Combine(folder, name), JsonSerializer.SerializeToUtf8Bytes(value, MaaSJson.Options));
}
