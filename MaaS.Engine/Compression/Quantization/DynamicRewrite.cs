// Products on integers whose activations are brought to 8 bits by the range they have in each request: no rows to calibrate on, a little
// more work at every call. The range is that of the whole batch, so an answer depends slightly on the rows it is asked with.
using System.Runtime.InteropServices;
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal static class DynamicRewrite
{
    public static ModelProto Of(GraphEditor graph, DynamicQuantization how, IProgress<Report> progress)
    {
        var tables = Tables.Rewrite(graph, bits: 8);
        var products = Product.Of(graph).Where(product => !product.IsStack).ToList();
        if (products.Count + tables == 0)
            throw new UserError("The graph has no matrix product, convolution or embedding with constant float32 weights, so there is nothing to quantize.");
        var inputs = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var product in products)
            Rewrite(graph, product, how, inputs);
        progress.Report(new Said($"{products.Count} products on integers, {tables} embeddings in 8 bits; weights in {ReducedRange.Why(how.ReduceRange)}"));
        return graph.Done();
    }

    /// <param name="inputs">What was made of each activation: numbers, scale and zero point.</param>
    private static void Rewrite(GraphEditor graph, Product product, DynamicQuantization how, Dictionary<string, string[]> inputs)
    {
        var most = ReducedRange.Most(how.ReduceRange);
        var rounded = how.PerChannel ? Rounding.PerChannel(product.Weights, product.Shape, product.Axis, most) : Rounding.Whole(product.Weights, most);
        if (!inputs.TryGetValue(product.Input, out var input))
            inputs[product.Input] = input = graph.Node("DynamicQuantizeLinear", [product.Input], 3);
        var weights = graph.Add(DataType.Int8, MemoryMarshal.AsBytes(rounded.Numbers.AsSpan()), product.Shape);
        // Behind the dimension of the outputs a convolution has those of the image.
        long[] channels = product.Kind == ProductKind.Conv ? [product.Outputs, .. product.Shape.Skip(2).Select(_ => 1L)] : [product.Outputs];
        var sums = product.Kind == ProductKind.Conv
            ? graph.Node("ConvInteger", [input[0], weights, input[2]], [.. product.Node.Attribute])
            : graph.Node("MatMulInteger", [input[0], weights, input[2]]);
        var scale = graph.Node("Mul", [input[1], graph.Add(rounded.Scales, how.PerChannel ? channels : [1])]);
        var y = graph.Node("Mul", [graph.Node("Cast", [sums], GraphBuilder.Attribute("to", (long)DataType.Float)), scale]);
        if (product.Bias is { } bias)
            y = graph.Node("Add", [y, graph.Add(bias, channels)]);
        graph.Replace(product.Node, y);
    }
}
