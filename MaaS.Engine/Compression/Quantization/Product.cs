// The products of a graph whose weights are constant: what quantization is about. Attention's, of two values that are both computed, are not.
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Compression.Quantization;

internal enum ProductKind { MatMul, Gemm, Conv }

/// <param name="Shape">(inputs, outputs) of a matrix, (outputs, inputs, ...) of a kernel, with dimensions in front of a stack of matrices.</param>
/// <param name="Weights">In that order, whatever order the graph keeps them in.</param>
/// <param name="Bias">A constant per output; null without.</param>
internal sealed record Product(ProductKind Kind, NodeProto Node, long[] Shape, float[] Weights, float[]? Bias)
{
    public string Input => Node.Input[0];

    public string Output => Node.Output[0];

    public bool IsStack => Kind == ProductKind.MatMul && Shape.Length > 2;

    /// <summary>Which dimension is that of the outputs.</summary>
    public int Axis => Kind == ProductKind.Conv ? 0 : Shape.Length - 1;

    public int Outputs => (int)Shape[Axis];

    public static List<Product> Of(GraphEditor graph) =>
        [.. graph.Nodes.Where(node => node.Domain is "" or "ai.onnx").Select(node => node.OpType switch
        {
            "MatMul" => OfMatMul(graph, node),
            "Gemm" => OfGemm(graph, node),
            "Conv" => OfConv(graph, node),
            _ => null,
        }).OfType<Product>()];

    private static Product? OfMatMul(GraphEditor graph, NodeProto node)
    {
        if (graph.Constant(node.Input[0]) is not null)
            return null;
        if (Weight(graph, node.Input[1]) is { } tensor && tensor.Dims.Count >= 2)
            return new Product(ProductKind.MatMul, node, [.. tensor.Dims], tensor.Floats(), null);
        // A head tied to the embedding reads it turned.
        return graph.Producer(node.Input[1]) is { OpType: "Transpose" } turn && Weight(graph, turn.Input[0]) is { Dims.Count: 2 } turned
            ? new Product(ProductKind.MatMul, node, [turned.Dims[1], turned.Dims[0]], Turned(turned.Floats(), turned.Dims[0]), null)
            : null;
    }

    private static Product? OfGemm(GraphEditor graph, NodeProto node)
    {
        if (graph.Constant(node.Input[0]) is not null || node.Number("transA", 0) != 0 || Weight(graph, node.Input[1]) is not { Dims.Count: 2 } tensor)
            return null;
        if (node.Attribute.Any(attribute => attribute.Name is "alpha" or "beta" && attribute.F != 1))
            return null;
        var isTurned = node.Number("transB", 0) != 0;
        long[] shape = isTurned ? [tensor.Dims[1], tensor.Dims[0]] : [.. tensor.Dims];
        var weights = isTurned ? Turned(tensor.Floats(), tensor.Dims[0]) : tensor.Floats();
        if (node.Input.Count < 3 || node.Input[2].Length == 0)
            return new Product(ProductKind.Gemm, node, shape, weights, null);
        return Weight(graph, node.Input[2]) is { } bias && bias.Count() == shape[1] ? new Product(ProductKind.Gemm, node, shape, weights, bias.Floats()) : null;
    }

    private static Product? OfConv(GraphEditor graph, NodeProto node)
    {
        if (Weight(graph, node.Input[1]) is not { Dims.Count: >= 3 } tensor)
            return null;
        if (node.Input.Count < 3 || node.Input[2].Length == 0)
            return new Product(ProductKind.Conv, node, [.. tensor.Dims], tensor.Floats(), null);
        return Weight(graph, node.Input[2]) is { } bias ? new Product(ProductKind.Conv, node, [.. tensor.Dims], tensor.Floats(), bias.Floats()) : null;
    }

    /// <summary>Finite float32 weights; a table of infinities or NaN is a mask, not a layer.</summary>
    public static TensorProto? Weight(GraphEditor graph, string name) =>
        graph.Constant(name) is { } tensor && tensor.IsFloat() && tensor.Count() > 0 && tensor.Floats().All(float.IsFinite) ? tensor : null;

    /// <param name="rows">Of the matrix as it is given.</param>
    private static float[] Turned(float[] matrix, long rows)
    {
        var columns = matrix.Length / rows;
        var turned = new float[matrix.Length];
        for (long row = 0, from = 0; row < rows; row++)
            for (long column = 0; column < columns; column++)
                turned[column * rows + row] = matrix[from++];
        return turned;
    }
}
