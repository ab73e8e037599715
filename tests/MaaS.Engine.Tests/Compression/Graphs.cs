// A small trained graph of each family with rows for it, and what a graph answers to them.
using Google.Protobuf;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Compression;
using MaaS.Engine.Onnx;
using MaaS.Engine.Tests.Packages;
using Microsoft.ML.OnnxRuntime;
using System.Text.Json;

namespace MaaS.Engine.Tests.Compression;

internal sealed class Graphs : IDisposable
{
    private const int Rows = 24;

    private readonly Trained _trained = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-graphs-").FullName;

    public void Dispose()
    {
        _trained.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public (ModelProto Graph, CalibrationRows Rows) Of(string family)
    {
        var package = family switch
        {
            "table" => _trained.Table(SampleData.Churn, new MlpNetwork([128, 64])),
            "ensemble" => _trained.Table(SampleData.Prices, new ResidualNetwork(1, 64) { Ensemble = 2 }),
            "image layers" => _trained.Images(new ImageMlpNetwork([96, 48])),
            "convolutions" => _trained.Images(new ConvolutionalNetwork([16, 16, 32, 32])),
            "residual convolutions" => _trained.Images(new ResNetwork(1, 16)),
            "bag" => _trained.Text(new BagNetwork(2, 4, 16)),
            "transformer" => _trained.Text(new TransformerTextNetwork(1, 2, 64)),
            "language" => _trained.Language(TokenizerKind.BytePairs),
            "history" => _trained.Recommender(new PooledHistory(32)),
            _ => _trained.Recommender(new NeuralFactorization(32)),
        };
        return (ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(package, "model.onnx"))), RowsFor(JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(Path.Combine(package, "model.json")), MaaSJson.Options)!));
    }

    public string Saved(ModelProto graph)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():n}.onnx");
        File.WriteAllBytes(path, graph.ToByteArray());
        return path;
    }

    public static float[] Answers(ModelProto graph, CalibrationRows rows)
    {
        using var session = new InferenceSession(graph.ToByteArray());
        var answers = new List<float>();
        new GraphRuns(session, rows).Each(
            [.. session.OutputNames.Where(name => session.OutputMetadata[name].ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)], 8, int.MaxValue,
            outputs => answers.AddRange(outputs.SelectMany(output => output.GetTensorDataAsSpan<float>().ToArray()).Where(float.IsFinite)));
        return [.. answers];
    }

    /// <summary>How far answers are off, against how far they are from their mean.</summary>
    public static double Off(float[] answers, float[] true_)
    {
        var mean = true_.Average();
        return Math.Sqrt(answers.Zip(true_, (one, other) => Math.Pow(one - other, 2)).Sum() / true_.Sum(value => Math.Pow(value - mean, 2)));
    }

    private static CalibrationRows RowsFor(ModelManifest manifest)
    {
        var random = new Random(1);
        T[] Drawn<T>(long count, Func<T> one) => [.. Enumerable.Range(0, (int)count).Select(_ => one())];
        string[] items = [.. Enumerable.Range(1, 20).Select(item => $"Film {item}")];
        return new([.. manifest.Inputs.Select(input => (Array)((manifest.Task, input.Name, input.Type) switch
        {
            (ModelTask.LanguageModel, _, _) => Drawn(Rows * 16, () => (long)random.Next(250)),
            (ModelTask.Recommendation, "user", _) => Drawn(Rows, () => new[] { $"{random.Next(50)}" }),
            (ModelTask.Recommendation, "seen", _) => Drawn(Rows, () => Drawn(3, () => (input.Categories ?? items)[random.Next(10)])),
            (ModelTask.Recommendation, _, _) => Drawn(Rows, () => new[] { 10_000L }),
            (ModelTask.TextClassification, _, _) => Drawn(Rows, () => random.Next(2) == 0 ? "my invoice is wrong, send the bill again" : "the app crashes on every page"),
            (_, _, TensorType.UInt8) => Drawn(Rows * input.Shape.Skip(1).Aggregate(1L, (a, b) => a * b), () => (byte)random.Next(256)),
            (_, _, TensorType.String) => Drawn(Rows, () => input.Categories![random.Next(input.Categories.Count)]),
            (_, _, TensorType.Int64) => Drawn(Rows, () => (long)random.Next((int)input.Min!, (int)input.Max! + 1)),
            _ => Drawn(Rows, () => (float)(input.Min! + random.NextDouble() * (input.Max! - input.Min!))!),
        }))], Rows);
    }
}
