// The steps that change the graph that is served and nothing before it: which step is whose, and what a graph must be like for it.
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Compression.Quantization;

internal static class Quantizer
{
    /// <summary>Does a step of the graph. The graph given stays as it is.</summary>
    /// <param name="rows">What ranges are measured on; only <see cref="StaticQuantization"/> reads them.</param>
    /// <exception cref="UserError">The graph has nothing that this step could change, or there are no rows to calibrate on.</exception>
    public static ModelProto Apply(CompressionStep step, ModelProto graph, CalibrationRows rows, IProgress<Report> progress)
    {
        var editor = new GraphEditor(graph);
        if (editor.Nodes.Any(node => node.OpType is "DequantizeLinear" or "MatMulInteger" or "ConvInteger" or "MatMulNBits" or "QLinearMatMul" or "QLinearConv"))
            throw new UserError("The graph is quantized already; take the version it was made from.");
        return step switch
        {
            DynamicQuantization how => DynamicRewrite.Of(Able(editor, 11), how, progress),
            StaticQuantization how => StaticRewrite.Of(Able(editor, 13), graph, how, rows, progress),
            WeightQuantization how => WeightRewrite.Of(Able(editor, 11), Checked(how), progress),
            HalfPrecision => HalfRewrite.Of(editor, progress),
            _ => throw new ArgumentException($"{step.GetType().Name} is not a step of the graph.", nameof(step)),
        };
    }

    private static GraphEditor Able(GraphEditor graph, long opset) => graph.Opset >= opset ? graph
        : throw new UserError($"The graph uses operator set {graph.Opset}; this step needs {opset} or later. Export it again with a higher opset_version.");

    private static WeightQuantization Checked(WeightQuantization how)
    {
        if (how.Bits is not (8 or 4 or 2))
            throw new UserError($"bits is {how.Bits}; 8, 4 and 2 are allowed.");
        return how.Block is 16 or 32 or 64 or 128 or 256 ? how
            : throw new UserError($"block is {how.Block}; 16, 32, 64, 128 and 256 are allowed.");
    }
}
