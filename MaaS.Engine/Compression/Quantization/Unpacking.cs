// Nodes that take bytes apart into numbers of fewer bits. On constants ONNX Runtime computes them once, when it loads the graph: the file is
// small, what runs is not changed.
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal static class Unpacking
{
    /// <param name="bytes">(..., P) bytes, the first number in the lowest bits.</param>
    /// <returns>(..., P, 8 / bits), still bytes.</returns>
    public static string Parts(GraphEditor graph, string bytes, int bits)
    {
        // To the left what lies above is lost, to the right what lies below.
        var lefts = Enumerable.Range(0, 8 / bits).Select(part => (byte)(8 - bits - part * bits)).ToArray();
        var alone = graph.Opset >= 13 ? graph.Node("Unsqueeze", [bytes, graph.Add([-1L])]) : graph.Node("Unsqueeze", [bytes], Tensors.Attribute("axes", -1));
        var high = graph.Node("BitShift", [alone, graph.Add(DataType.Uint8, lefts, lefts.Length)], Tensors.Text("direction", "LEFT"));
        return graph.Node("BitShift", [high, graph.Add(DataType.Uint8, [(byte)(8 - bits)])], Tensors.Text("direction", "RIGHT"));
    }

    /// <param name="numbers">One a byte.</param>
    /// <returns>As many bytes, in a value of this shape.</returns>
    public static string Constant(GraphEditor graph, ReadOnlySpan<byte> numbers, int bits, params ReadOnlySpan<long> shape)
    {
        if (bits == 8)
            return graph.Add(DataType.Uint8, numbers, shape);
        var packed = Rounding.Pack(numbers, bits);
        var parts = Parts(graph, graph.Add(DataType.Uint8, packed, packed.Length), bits);
        if (packed.Length * 8 / bits != numbers.Length)
            parts = graph.Node("Slice", [graph.Node("Reshape", [parts, graph.Add([-1L])]), graph.Add([0L]), graph.Add([(long)numbers.Length])]);
        return graph.Node("Reshape", [parts, graph.Add(shape)]);
    }

    /// <summary>(number - middle) times its block's scale: (blocks, block) to floats of this shape.</summary>
    /// <param name="rounded">Centred, every block full.</param>
    public static string Floats(GraphEditor graph, RoundedBlocks rounded, int bits, ReadOnlySpan<long> shape)
    {
        var blocks = rounded.Scales.Length;
        var numbers = Constant(graph, rounded.Numbers, bits, blocks, rounded.Numbers.Length / blocks);
        return graph.Node("Reshape", [Centred(graph, numbers, bits, graph.Add(rounded.Scales, blocks, 1)), graph.Add(shape)]);
    }

    public static string Centred(GraphEditor graph, string numbers, int bits, string scales)
    {
        var centred = graph.Node("Sub", [graph.Node("Cast", [numbers], GraphBuilder.Attribute("to", (long)DataType.Float)), graph.Add([(float)(1 << (bits - 1))])]);
        return graph.Node("Mul", [centred, scales]);
    }
}
