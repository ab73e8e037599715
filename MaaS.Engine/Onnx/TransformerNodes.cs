// The nodes a transformer is made of, over GraphBuilder. Shapes follow ONNX's operator definitions (opset 21).

namespace MaaS.Engine.Onnx;

internal static class TransformerNodes
{
    public static Value MatMul(this GraphBuilder graph, Value left, Value right) => graph.Node("MatMul", [left, right]);

    public static Value Neg(this GraphBuilder graph, Value x) => graph.Node("Neg", [x]);

    public static Value Sigmoid(this GraphBuilder graph, Value x) => graph.Node("Sigmoid", [x]);

    public static Value Gelu(this GraphBuilder graph, Value x) => graph.Node("Gelu", [x]);

    public static Value Transpose(this GraphBuilder graph, Value x, params long[] order)
    {
        var axes = new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints };
        axes.Ints.AddRange(order);
        return graph.Node("Transpose", [x], [axes]);
    }

    /// <summary>Over the last axis, without a bias.</summary>
    public static Value LayerNorm(this GraphBuilder graph, Value x, Value scale) =>
        graph.Node("LayerNormalization", [x, scale], [GraphBuilder.Attribute("axis", -1)]);

    /// <summary>Of one axis, as a tensor of one number.</summary>
    public static Value Length(this GraphBuilder graph, Value x, long axis) =>
        graph.Node("Shape", [x], [GraphBuilder.Attribute("start", axis), GraphBuilder.Attribute("end", axis + 1)]);

    /// <param name="from">One number, as <paramref name="to"/>.</param>
    public static Value Slice(this GraphBuilder graph, Value x, Value from, Value to, long axis) =>
        graph.Node("Slice", [x, from, to, graph.Constant("axis", [axis], 1)]);

    /// <summary>For each place of a row (T, T): whether another place is at or before it.</summary>
    /// <param name="length">T, one number.</param>
    public static Value NotAfter(this GraphBuilder graph, Value length)
    {
        var zero = graph.Constant("zero", [0L]);
        var places_T = graph.Node("Range", [zero, graph.Node("Squeeze", [length]), graph.Constant("one", [1L])]);
        var other_1T = graph.Node("Unsqueeze", [places_T, graph.Constant("first", [0L], 1)]);
        var own_T1 = graph.Node("Unsqueeze", [places_T, graph.Constant("last", [1L], 1)]);
        return graph.Node("LessOrEqual", [other_1T, own_T1]);
    }
}
