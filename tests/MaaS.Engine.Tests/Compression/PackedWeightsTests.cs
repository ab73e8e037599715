// Bits and tables instead of floats: the graph answers as before to the last bit, and its file is as much smaller as was promised.
using MaaS.Engine.Compression;
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Onnx;
using Xunit;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tests.Compression;

public sealed class PackedWeightsTests : IDisposable
{
    private readonly Graphs _graphs = new();
    private readonly Random _random = new(4);
    private readonly CalibrationRows _rows;

    public PackedWeightsTests() => _rows = new([Drawn(4 * 784, () => (float)_random.NextDouble())], 4);

    public void Dispose() => _graphs.Dispose();

    [Fact]
    public void Weights_of_two_values_per_output_become_a_bit_each()
    {
        float[] Signs(int outputs, int inputs) => [.. Enumerable.Range(0, outputs).SelectMany(output => Drawn(inputs, () => (output + 1) * 0.013f * (_random.Next(2) == 0 ? -1 : 1)))];
        var model = LeNet(Signs(300, 784), Signs(100, 300), Signs(10, 100));
        var packed = PackedWeights.Binary(model);
        Assert.Equal(Graphs.Answers(model, _rows), Graphs.Answers(packed, _rows));
        Assert.True(model.CalculateSize() > 20 * packed.CalculateSize(), $"{model.CalculateSize()} to {packed.CalculateSize()}");
        Assert.DoesNotContain(IntegerKernels.Kernels(_graphs.Saved(packed), _rows), kernel => kernel is "BitShift" or "Cast");
    }

    [Fact]
    public void A_kernel_of_two_values_per_output_becomes_bits_too()
    {
        var graph = new GraphBuilder("kernel");
        var kernel = Enumerable.Range(0, 15).SelectMany(output => Drawn(8 * 9, () => (output + 1) * (_random.Next(2) == 0 ? -0.1f : 0.1f))).ToArray(); // 1,080 bits, not full bytes in a row
        graph.Output("y", graph.Convolution(graph.Input("x", DataType.Float, -1, 8, 7, 14), graph.Constant("k", kernel, 15, 8, 3, 3), graph.Constant("b", new float[15], 15), 3, 1), DataType.Float, -1, 15, 7, 14);
        Assert.Equal(Graphs.Answers(graph.Build("1"), _rows), Graphs.Answers(PackedWeights.Binary(graph.Build("1")), _rows));
    }

    [Theory]
    [InlineData(2, 20)]
    [InlineData(4, 12)]
    [InlineData(16, 7)]
    [InlineData(200, 3.8)]
    public void Shared_weights_become_places_in_a_table(int values, double smaller)
    {
        var table = Drawn(values, () => (float)(_random.NextDouble() - 0.5));
        table[0] = 0;
        float[] Shared(int count) => Drawn(count, () => table[_random.Next(values)]);
        var model = LeNet(Shared(784 * 300), Shared(300 * 100), Shared(1000));
        var packed = PackedWeights.Shared(model);
        Assert.Equal(Graphs.Answers(model, _rows), Graphs.Answers(packed, _rows));
        Assert.True(model.CalculateSize() > smaller * packed.CalculateSize(), $"{model.CalculateSize()} to {packed.CalculateSize()}");
        Assert.DoesNotContain(IntegerKernels.Kernels(_graphs.Saved(packed), _rows), kernel => kernel is "BitShift" or "Cast" or "Gather");
    }

    [Fact]
    public void A_graph_without_such_weights_is_told_so()
    {
        var model = LeNet(Drawn(784 * 300, _random.NextSingle), Drawn(300 * 100, _random.NextSingle), Drawn(1000, _random.NextSingle));
        Assert.StartsWith("The graph has no weights of two values per output", Assert.Throws<UserError>(() => PackedWeights.Binary(model)).Message, StringComparison.Ordinal);
        Assert.StartsWith("The graph has no weights of 256 different values or fewer", Assert.Throws<UserError>(() => PackedWeights.Shared(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_graph_costs_is_counted_for_one_row()
    {
        var model = LeNet(new float[784 * 300], Drawn(300 * 100, () => 1f), new float[1000]);
        Assert.Equal(new GraphCost(784 * 300 + 300 * 100 + 1000, 784 * 300 + 300 * 100 + 1000 + 410, 300 * 100 + 410), Macs.Of(model, _rows));

        var graph = new GraphBuilder("convolution");
        var y = graph.Convolution(graph.Input("x", DataType.Float, -1, 1, 28, 28), graph.Constant("k", new float[4 * 9], 4, 1, 3, 3), graph.Constant("b", new float[4], 4), 3, 2);
        graph.Output("y", y, DataType.Float, -1, 4, 14, 14);
        Assert.Equal(new GraphCost(4 * 14 * 14 * 9, 40, 0), Macs.Of(graph.Build("1"), _rows));
    }

    /// <summary>784-300-100-10.</summary>
    internal static ModelProto LeNet(float[] first, float[] second, float[] third)
    {
        var graph = new GraphBuilder("lenet300");
        Value Layer(Value x, float[] weights, int inputs, int outputs) => graph.Linear(
            x, graph.Constant("weight", weights, outputs, inputs), graph.Constant("bias", [.. Enumerable.Range(1, outputs).Select(i => i * 0.0123f)], outputs));
        var hidden = graph.Relu(Layer(graph.Relu(Layer(graph.Input("x", DataType.Float, -1, 784), first, 784, 300)), second, 300, 100));
        graph.Output("y", Layer(hidden, third, 100, 10), DataType.Float, -1, 10);
        return graph.Build("1");
    }

    private static T[] Drawn<T>(int count, Func<T> one) => [.. Enumerable.Range(0, count).Select(_ => one())];
}
