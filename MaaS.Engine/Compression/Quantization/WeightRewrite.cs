// Weights of few bits with a scale for each block, products in float. A matrix is kept as a blocked DequantizeLinear, which ONNX Runtime
// fuses with the product into one kernel that reads the small weights; kernels of convolutions and stacks of matrices have no such
// kernel and become floats again when the graph is loaded.
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal static class WeightRewrite
{
    /// <summary>Blocked DequantizeLinear came with 21, its 2-bit types with 25: https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html.</summary>
    private const long Blocked = 21, TwoBits = 25;

    public static ModelProto Of(GraphEditor graph, WeightQuantization how, IProgress<Report> progress)
    {
        var tables = Tables.Rewrite(graph, how.Bits, how.Block);
        var products = Product.Of(graph);
        if (products.Count + tables == 0)
            throw new UserError("The graph has no matrix product, convolution or embedding with constant float32 weights, so there is nothing to quantize.");
        var isBlocked = graph.Opset >= Blocked;
        var matrices = products.Where(product => isBlocked && product.Kind != ProductKind.Conv && !product.IsStack).ToList();
        foreach (var product in products)
        {
            product.Node.Input[1] = matrices.Contains(product) ? Matrix(graph, product, how) : Unpacked(graph, product, how);
            foreach (var turned in product.Node.Attribute.Where(attribute => attribute.Name == "transB").ToArray())
                product.Node.Attribute.Remove(turned);
        }
        progress.Report(new Said($"{matrices.Count} matrices stay in {how.Bits} bits while they are served; {products.Count - matrices.Count} other weights become floats when the graph is loaded; {tables} embeddings are looked up in few bits"));
        return graph.Done(how.Bits == 2 && matrices.Count > 0 ? TwoBits : 0);
    }

    /// <summary>Blocks run along the inputs, so the matrix is rounded turned and turned back.</summary>
    private static string Matrix(GraphEditor graph, Product product, WeightQuantization how)
    {
        var (inputs, outputs) = ((int)product.Shape[0], (int)product.Shape[1]);
        var rounded = Rounding.Blocks(Turned(product.Weights, inputs), inputs, how.Block, how.Bits, isCentred: false);
        var type = how.Bits switch { 8 => DataType.Uint8, 4 => DataType.Uint4, _ => DataType.Uint2 };
        var blocks = rounded.Scales.Length / outputs;
        return graph.Node(
            "DequantizeLinear",
            [
                graph.Add(type, Rounding.Pack(Turned(rounded.Numbers, outputs), how.Bits), inputs, outputs),
                graph.Add(Turned(rounded.Scales, outputs), blocks, outputs),
                graph.Add(type, Rounding.Pack(Turned(rounded.ZeroPoints, outputs), how.Bits), blocks, outputs),
            ],
            GraphBuilder.Attribute("axis", 0), GraphBuilder.Attribute("block_size", how.Block));
    }

    private static string Unpacked(GraphEditor graph, Product product, WeightQuantization how)
    {
        var length = (int)(product.Kind == ProductKind.Conv ? product.Weights.Length / product.Shape[0] : product.Shape[^1]);
        return Unpacking.Floats(graph, Rounding.Blocks(product.Weights, length, Tables.Divisor(length, how.Block), how.Bits, isCentred: true), how.Bits, product.Shape);
    }

    /// <param name="rows">Of what is given.</param>
    private static T[] Turned<T>(T[] matrix, int rows)
    {
        var columns = matrix.Length / rows;
        var turned = new T[matrix.Length];
        for (var i = 0; i < matrix.Length; i++)
            turned[i % columns * rows + i / columns] = matrix[i];
        return turned;
    }
}
