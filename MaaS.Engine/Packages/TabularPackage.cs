// Writes a trained table model as a package folder: graph, weights, sample, manifest. It is only finished when ONNX Runtime, given
// the held-out rows as raw strings and numbers, answers as the trained network does.
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Inference;

namespace MaaS.Engine.Packages;

/// <summary>The exported graph does not answer as the network it came from: a bug of ours, never the user's mistake.</summary>
public sealed class ParityException(string message) : Exception(message);

internal static class TabularPackage
{
    private const int MaxParityRows = 1_000;
    private const int SampleRows = 3;

    /// <summary>Of probabilities; of values, times the target's standard deviation.</summary>
    private const double Tolerance = 1e-4;

    public static ModelManifest Write(string folder, TabularTask task, TabularTraining spec, Table test, ModelMetrics metrics, Lineage lineage)
    {
        Directory.CreateDirectory(folder);
        var graph = TabularGraph.Of(task);
        using (var file = File.Create(Path.Combine(folder, "model.onnx")))
            graph.WriteTo(file);
        Safetensors.Write(Path.Combine(folder, "weights.safetensors"), task.Network.state_dict(), new Dictionary<string, string> { ["training"] = JsonSerializer.Serialize<TrainingSpec>(spec, MaaSJson.Options) });

        var manifest = new ModelManifest(1,
            task.Target.IsClassification ? ModelTask.TabularClassification : ModelTask.TabularRegression,
            [.. task.Encoder.Order.Select(name => InputOf(task.Encoder, name))],
            [.. graph.Graph.Output.Select(OutputOf)],
            task.Target.Labels, task.Target.Name, spec, metrics,
            task.Network.parameters().Sum(parameter => parameter.numel()),
            ParityMaxDifference: 0, Tolerance, Math.Min(MaxParityRows, test.RowCount), lineage, Files: []);

        using (var served = Model.Open(Path.Combine(folder, "model.onnx"), manifest))
        {
            manifest = manifest with { ParityMaxDifference = Parity(served, task, test) };
            var rows = Enumerable.Range(0, Math.Min(SampleRows, test.RowCount)).Select(row => Row(task.Encoder, test, row)).ToArray();
            Save(folder, "sample.json", new ModelSample(rows, served.Predict(rows)));
        }
        manifest = manifest with { Files = [.. new[] { "model.onnx", "sample.json", "weights.safetensors" }.Select(name => FileOf(folder, name))] };
        Save(folder, "model.json", manifest);
        return manifest;
    }

    private static double Parity(Model served, TabularTask task, Table test)
    {
        var rows = test.Select(Enumerable.Range(0, Math.Min(MaxParityRows, test.RowCount)).ToArray());
        var unit = task.Target.StandardDeviation;
        var answers = served.Run(Columns(task.Encoder, rows), rows.RowCount);
        var (onnx, torch) = (answers.Probabilities ?? answers.Values!, task.Answers(rows));
        if (onnx.Length != torch.Length)
            throw new ParityException($"ONNX Runtime gives {onnx.Length} numbers for {rows.RowCount} rows, libtorch {torch.Length}.");
        // Max passes over a NaN, so one counts as infinitely far; the same infinity on both sides, as absurd rows may give, does not.
        var difference = onnx.Zip(torch, (served, trained) =>
            served == trained ? 0 : float.IsFinite(served) && float.IsFinite(trained) ? Math.Abs(served - trained) / unit : double.PositiveInfinity).Max();
        if (answers.Labels is { } labels && !labels.SequenceEqual(MostProbable(onnx, task.Target.Labels!)))
            throw new ParityException("The exported graph's labels are not those of its highest probabilities.");
        return difference <= Tolerance
            ? difference
            : throw new ParityException($"ONNX Runtime and libtorch differ by {difference:g3} on {rows.RowCount} held-out rows; at most {Tolerance:g3} is allowed.");
    }

    private static IEnumerable<string> MostProbable(float[] probabilities, string[] labels) =>
        probabilities.Chunk(labels.Length).Select(row => labels[Array.IndexOf(row, row.Max())]);

    private static Array[] Columns(Encoder encoder, Table table) => [.. encoder.Order.Select(name => (Array)(table[name] switch
    {
        NumberColumn numbers => numbers.Values,
        DateColumn dates => dates.Days,
        var texts => Enumerable.Range(0, texts.Count).Select(row => texts.Text(row) ?? "").ToArray(),
    }))];

    private static Dictionary<string, JsonElement> Row(Encoder encoder, Table table, int row) => encoder.Order
        .Where(name => !table[name].IsMissing(row))
        .ToDictionary(name => name, name => table[name] switch
        {
            NumberColumn { Type: ColumnType.Boolean } truth => JsonSerializer.SerializeToElement(truth.Values[row] != 0),
            NumberColumn numbers => JsonSerializer.SerializeToElement(numbers.Values[row]),
            var column => JsonSerializer.SerializeToElement(column.Text(row)),
        });

    private static ModelInput InputOf(Encoder encoder, string name) =>
        encoder.Numbers.SingleOrDefault(feature => feature.Name == name) is { } number
            ? new ModelInput(name, number.Type, number.Type == ColumnType.Date ? TensorType.Int64 : TensorType.Float32, [-1, 1], number.Min, number.Max)
            : new ModelInput(name, ColumnType.Category, TensorType.String, [-1, 1],
                Categories: [.. encoder.Categories.Single(feature => feature.Name == name).Categories.Where(text => text != "")]);

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
