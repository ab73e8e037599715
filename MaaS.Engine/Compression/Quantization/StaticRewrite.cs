// Products on integers whose activations are brought to 8 bits by ranges measured before. Written as pairs of QuantizeLinear and
// DequantizeLinear around float operators, from which ONNX Runtime makes its integer kernels, where it finds exactly what it looks for:
// a bias of 32-bit integers in the scale of the sums, zero points that are written down, a quantized output behind each convolution, and
// no float bias added behind a MatMul (it would make a float Gemm of both).
using System.Runtime.InteropServices;
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal sealed class StaticRewrite
{
    /// <summary>Operators that only move numbers or choose among them: what is quantized before stays so behind, on the same scale.</summary>
    private static readonly string[] s_moving = ["MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity"];

    private readonly GraphEditor _graph;
    private readonly List<Product> _products;
    private readonly HashSet<string> _tails;

    /// <summary>Each value to be quantized, and the one whose range it has.</summary>
    private readonly Dictionary<string, string> _rangeOf = new(StringComparer.Ordinal);

    private StaticRewrite(GraphEditor graph)
    {
        _graph = graph;
        _products = [.. Product.Of(graph).Where(product => !product.IsStack)];
        _tails = [.. _products.Where(product => product.Kind != ProductKind.MatMul).Select(product => Tail(product.Output))];
        foreach (var product in _products)
        {
            Choose(product.Input);
            if (product.Kind == ProductKind.Conv)
                Choose(Tail(product.Output));
        }
    }

    public static ModelProto Of(GraphEditor graph, ModelProto model, StaticQuantization how, CalibrationRows rows, IProgress<Report> progress)
    {
        if (rows.Rows == 0)
            throw new UserError("There are no rows to measure ranges on; static quantization needs training rows.");
        var rewrite = new StaticRewrite(graph);
        var activations = rewrite._products.Count == 0 ? [] : Calibration.Of(model, [.. rewrite._rangeOf.Values.Distinct(StringComparer.Ordinal)], rows, how, progress);
        foreach (var product in rewrite._products)
            rewrite.Rewrite(product, activations[rewrite._rangeOf[product.Input]], how);
        foreach (var (value, source) in rewrite._rangeOf)
            rewrite.Between(value, activations[source]);
        var tables = Tables.Rewrite(graph, bits: 8); // last, because it renames what ranges were measured of
        if (rewrite._products.Count + tables == 0)
            throw new UserError("The graph has no matrix product, convolution or embedding with constant float32 weights, so there is nothing to quantize.");
        progress.Report(new Said(
            $"{rewrite._products.Count} products on integers, {tables} embeddings in 8 bits; {rewrite._rangeOf.Count} ranges from {Math.Min(how.Rows, rows.Rows)} rows; weights in {ReducedRange.Why(how.ReduceRange)}"));
        return graph.Done();
    }

    private void Choose(string value)
    {
        if (_rangeOf.ContainsKey(value))
            return;
        var root = value;
        while (_graph.Producer(root) is { } maker && s_moving.Contains(maker.OpType))
            root = maker.Input[0];
        var isMoved = root != value && (_tails.Contains(root) || _rangeOf.ContainsKey(root));
        if (isMoved)
            _rangeOf.TryAdd(root, root);
        _rangeOf[value] = isMoved ? root : value;
    }

    /// <summary>The value behind a product that is what the next layer sees: past a rectifier, which the rounding does for nothing.</summary>
    private string Tail(string output) =>
        !_graph.IsOutput(output) && _graph.Readers(output) is [{ OpType: "Relu" or "Clip" } limit] && limit.Input[0] == output ? limit.Output[0] : output;

    /// <summary>Rounds a value for those who read it: all of them behind a layer, whose kernel then gives bytes; else the products alone.</summary>
    private void Between(string value, Activation range)
    {
        var isBytes = _tails.Contains(value) || _graph.Producer(value) is { OpType: "Relu" or "Clip" or "Add" } || _graph.Producer(value) is { } maker && s_moving.Contains(maker.OpType);
        var readers = _graph.Readers(value).Where(reader => isBytes || _products.Any(product => ReferenceEquals(product.Node, reader))).ToArray();
        var (scale, zeroPoint) = (_graph.Add([range.Scale]), _graph.Add(DataType.Uint8, [range.ZeroPoint]));
        var rounded = _graph.Node("DequantizeLinear", [_graph.Node("QuantizeLinear", [value, scale, zeroPoint]), scale, zeroPoint]);
        foreach (var reader in readers)
            GraphEditor.Redirect(reader, value, rounded);
    }

    private void Rewrite(Product product, Activation input, StaticQuantization how)
    {
        var (node, most) = (product.Node, ReducedRange.Most(how.ReduceRange));
        // A bias is a number of 32 bits in the scale of the sums: weights are rounded a little more coarsely where it would not fit.
        var least = product.Bias?.Select(bias => Math.Abs(bias) / (input.Scale * (1 << 30))).ToArray();
        var rounded = how.PerChannel
            ? Rounding.PerChannel(product.Weights, product.Shape, product.Axis, most, least)
            : Rounding.Whole(product.Weights, most, least?.Max() ?? 0);
        long[] channels = how.PerChannel ? [product.Outputs] : [];
        var zeros = new byte[rounded.Scales.Length];
        string[] weights = [_graph.Add(DataType.Int8, MemoryMarshal.AsBytes(rounded.Numbers.AsSpan()), product.Shape), _graph.Add(rounded.Scales, channels)];
        var needsZeros = product.Kind != ProductKind.Conv;
        if (needsZeros)
            weights = [.. weights, _graph.Add(DataType.Int8, zeros, channels)];
        node.Input[1] = _graph.Node("DequantizeLinear", weights, GraphBuilder.Attribute("axis", product.Axis));
        foreach (var turned in node.Attribute.Where(attribute => attribute.Name == "transB").ToArray())
            node.Attribute.Remove(turned);
        if (product.Kind == ProductKind.MatMul)
            KeepApart(product.Output);
        if (product.Bias is not { } bias)
            return;
        var scales = Array.ConvertAll(rounded.Scales, scale => scale * input.Scale);
        var sums = bias.Select((value, i) => (int)MathF.Round(value / scales[how.PerChannel ? i : 0])).ToArray();
        string[] biases = [_graph.Add(DataType.Int32, MemoryMarshal.AsBytes(sums.AsSpan()), product.Outputs), _graph.Add(scales, channels)];
        if (needsZeros)
            biases = [.. biases, _graph.Add(DataType.Int32, MemoryMarshal.AsBytes(new int[zeros.Length].AsSpan()), channels)];
        node.Input[2] = _graph.Node("DequantizeLinear", biases, GraphBuilder.Attribute("axis", 0));
    }

    /// <summary>A constant added to a product is subtracted with its sign turned, which no one mistakes for the bias of a Gemm.</summary>
    private void KeepApart(string product)
    {
        if (_graph.Readers(product) is not [{ OpType: "Add" } add] || _graph.IsOutput(product))
            return;
        var other = add.Input[add.Input[0] == product ? 1 : 0];
        if (Product.Weight(_graph, other) is not { } bias)
            return;
        (add.OpType, add.Input[0], add.Input[1]) = ("Sub", product, _graph.Add(Array.ConvertAll(bias.Floats(), value => -value), [.. bias.Dims]));
    }
}
