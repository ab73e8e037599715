// Quantized graphs of every family, run in the real ONNX Runtime: they answer nearly as before, they are smaller, and their products run on
// integers where that is meant.
using Google.Protobuf;
using MaaS.Contracts.Compression;
using MaaS.Engine.Compression;
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Onnx;
using Xunit;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tests.Compression;

public sealed class QuantizerTests : IDisposable
{
    private static readonly string[] s_families =
        ["table", "ensemble", "ensemble layers", "image layers", "convolutions", "residual convolutions", "bag", "transformer", "language", "history", "neural"];

    /// <summary>With how far off answers may be at most, as a share of what they differ among each other. 7 bits, so that it holds on any processor.</summary>
    private static readonly (CompressionStep Step, double Off)[] s_steps =
    [
        (new DynamicQuantization(ReduceRange: true), 0.15),
        (new DynamicQuantization(PerChannel: false, ReduceRange: true), 0.15),
        (new StaticQuantization(ReduceRange: true), 0.15),
        (new StaticQuantization(CalibrationMethod.Percentile, 99.99, PerChannel: false, ReduceRange: true), 0.15),
        (new WeightQuantization(8), 0.05),
        (new WeightQuantization(4), 0.3),
        (new HalfPrecision(), 0.01),
    ];

    private readonly Graphs _graphs = new();
    private readonly Progress<Report> _silent = new();

    public void Dispose() => _graphs.Dispose();

    public static TheoryData<string> Families => [.. s_families];

    [Theory, MemberData(nameof(Families))]
    public void A_quantized_graph_answers_nearly_as_before_and_is_smaller(string family)
    {
        var (graph, rows) = Graphs.Of(family);
        var exact = Graphs.Answers(graph, rows);
        foreach (var (step, most) in s_steps)
        {
            var quantized = Quantizer.Apply(step, graph, rows, _silent);
            var off = Graphs.Off(Graphs.Answers(quantized, rows), exact);
            Assert.True(off > 0 && off < most, $"{step}: off by {off:g3}");
            // Of a text's graph its vocabulary is most, and a language model of 16 columns is mostly nodes.
            var weights = Weights(graph);
            Assert.True(graph.CalculateSize() - quantized.CalculateSize() > weights * (step is HalfPrecision ? 0.35 : 0.4), $"{step}: {graph.CalculateSize()} to {quantized.CalculateSize()} bytes, {weights} of them weights");
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void Every_quantized_product_runs_on_integers(string family)
    {
        var (graph, rows) = Graphs.Of(family);
        var products = Product.Of(new GraphEditor(graph)).Where(product => !product.IsStack).ToList();
        var matrices = products.Count(product => product.Kind != ProductKind.Conv);
        KernelCount? Kernels(CompressionStep step) => IntegerKernels.Of(_graphs.Saved(Quantizer.Apply(step, graph, rows, _silent)), rows);

        Assert.Equal(new KernelCount(products.Count, products.Count), Kernels(new StaticQuantization()));
        Assert.Equal(new KernelCount(products.Count, products.Count), Kernels(new StaticQuantization(PerChannel: false)));
        Assert.Equal(new KernelCount(matrices, matrices), Kernels(new DynamicQuantization()));
        Assert.Null(Kernels(new WeightQuantization()));
        Assert.Null(IntegerKernels.Of(_graphs.Saved(graph), rows));
    }

    [Theory, MemberData(nameof(Families))]
    public void Weights_of_few_bits_stay_so_in_memory_where_they_are_matrices_and_are_unpacked_once_where_not(string family)
    {
        var (graph, rows) = Graphs.Of(family);
        var products = Product.Of(new GraphEditor(graph));
        var matrices = products.Count(product => !product.IsStack && product.Kind != ProductKind.Conv);
        foreach (var bits in new[] { 8, 4, 2 })
        {
            var kernels = IntegerKernels.Kernels(_graphs.Saved(Quantizer.Apply(new WeightQuantization(bits, 16), graph, rows, _silent)), rows);
            Assert.Equal(matrices, kernels.Count(kernel => kernel == "MatMulNBits"));
            Assert.DoesNotContain("DequantizeLinear", kernels);
        }
    }

    [Fact]
    public void Two_layers_that_follow_each_other_hand_on_bytes()
    {
        var (graph, rows) = Graphs.Of("residual convolutions");
        var kernels = IntegerKernels.Kernels(_graphs.Saved(Quantizer.Apply(new StaticQuantization(), graph, rows, _silent)), rows);
        Assert.Equal((1, 0), (kernels.Count(kernel => kernel == "QuantizeLinear"), kernels.Count(kernel => kernel is "DequantizeLinear" or "Add" or "Relu" or "Conv")));
    }

    [Fact]
    public void A_step_that_finds_nothing_to_do_says_so()
    {
        var graph = new GraphBuilder("plain");
        graph.Output("y", graph.Relu(graph.Input("x", DataType.Float, -1, 1)), DataType.Float, -1, 1);
        var model = graph.Build("1");
        var rows = new CalibrationRows([new float[] { 1 }], 1);
        string Refused(CompressionStep step, CalibrationRows? other = null) => Assert.Throws<UserError>(() => Quantizer.Apply(step, model, other ?? rows, _silent)).Message;

        const string nothing = "The graph has no matrix product, convolution or embedding with constant float32 weights, so there is nothing to quantize.";
        Assert.Equal(nothing, Refused(new DynamicQuantization()));
        Assert.Equal(nothing, Refused(new StaticQuantization()));
        Assert.Equal(nothing, Refused(new WeightQuantization()));
        Assert.StartsWith("The graph has no float32 constant of 64 numbers or more", Refused(new HalfPrecision()), StringComparison.Ordinal);
        Assert.Equal("There are no rows to measure ranges on; static quantization needs training rows.", Refused(new StaticQuantization(), new CalibrationRows([Array.Empty<float>()], 0)));
        Assert.Equal("bits is 3; 8, 4 and 2 are allowed.", Refused(new WeightQuantization(3)));
        Assert.Equal("block is 48; 16, 32, 64, 128 and 256 are allowed.", Refused(new WeightQuantization(4, 48)));
    }

    [Fact]
    public void A_graph_is_quantized_once()
    {
        var (graph, rows) = Graphs.Of("image layers");
        var before = graph.ToByteArray();
        foreach (var step in new CompressionStep[] { new DynamicQuantization(), new StaticQuantization(), new WeightQuantization() })
        {
            var quantized = Quantizer.Apply(step, graph, rows, _silent);
            Assert.Equal("The graph is quantized already; take the version it was made from.", Assert.Throws<UserError>(() => Quantizer.Apply(step, quantized, rows, _silent)).Message);
        }
        Assert.Equal(before, graph.ToByteArray());
    }

    /// <summary>Bytes in floats.</summary>
    private static long Weights(ModelProto graph) => graph.Graph.Initializer.Where(Tensors.IsFloat).Sum(tensor => 4 * tensor.Count());
}
