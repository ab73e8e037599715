// Weights that are few different numbers, stored as bits; ONNX Runtime unpacks them once, when it loads the graph. The unpacked weights are
// the given ones to the last bit, so such a graph answers as before.
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal static class PackedWeights
{
    /// <summary>A smaller constant costs more in nodes than it saves.</summary>
    private const long Fewest = 1024;

    /// <summary>Weights that hold two values per output, +s and -s, as one bit each and a scale per output.</summary>
    /// <exception cref="UserError">The graph has none.</exception>
    public static ModelProto Binary(ModelProto graph)
    {
        var editor = new GraphEditor(graph);
        var packed = 0;
        foreach (var node in editor.Nodes.Where(node => node.OpType is "MatMul" or "Gemm" or "Conv"))
            if (Large(editor, node.Input[1]) is { Dims.Count: >= 2 } tensor && Signs(tensor, IsOutputsFirst(node)) is var (bits, scales, shape))
            {
                var numbers = editor.Node("Cast", [Unpacking.Constant(editor, bits, 1, [.. tensor.Dims])], GraphBuilder.Attribute("to", (long)DataType.Float));
                var doubled = editor.Node("Mul", [numbers, editor.Add(Array.ConvertAll(scales, scale => 2 * scale), shape)]);
                editor.Replace(tensor, editor.Node("Sub", [doubled, editor.Add(scales, shape)]));
                packed++;
            }
        return packed > 0 ? editor.Done() : throw new UserError("The graph has no weights of two values per output, one the other's negative, so there is nothing to store as bits.");
    }

    /// <summary>Weights that hold at most 256 different values, as indices of 1, 2, 4 or 8 bits into a table of them.</summary>
    /// <exception cref="UserError">The graph has none.</exception>
    public static ModelProto Shared(ModelProto graph)
    {
        var editor = new GraphEditor(graph);
        var packed = 0;
        foreach (var name in editor.Graph.Initializer.Select(tensor => tensor.Name).ToArray())
            if (Large(editor, name) is { } tensor && Codebook(tensor.Floats()) is var (values, indices))
            {
                var bits = values.Length switch { <= 2 => 1, <= 4 => 2, <= 16 => 4, _ => 8 };
                var numbers = editor.Node("Cast", [Unpacking.Constant(editor, indices, bits, [.. tensor.Dims])], GraphBuilder.Attribute("to", (long)DataType.Int32));
                editor.Replace(tensor, editor.Node("Gather", [editor.Add(values, values.Length), numbers]));
                packed++;
            }
        return packed > 0 ? editor.Done() : throw new UserError("The graph has no weights of 256 different values or fewer, so there is no table to share.");
    }

    private static TensorProto? Large(GraphEditor graph, string name) => graph.Constant(name) is { } tensor && tensor.IsFloat() && tensor.Count() >= Fewest ? tensor : null;

    private static bool IsOutputsFirst(NodeProto node) => node.OpType == "Conv" || node.OpType == "Gemm" && node.Number("transB", 0) != 0;

    private static (byte[] Bits, float[] Scales, long[] Shape)? Signs(TensorProto tensor, bool outputsFirst)
    {
        var values = tensor.Floats();
        var outputs = (int)(outputsFirst ? tensor.Dims[0] : tensor.Dims[^1]);
        var inner = outputsFirst ? values.Length / outputs : 1;
        var scales = new float[outputs];
        var bits = new byte[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            ref var scale = ref scales[i / inner % outputs];
            if (scale == 0)
                scale = Math.Abs(values[i]);
            if (Math.Abs(values[i]) != scale || scale == 0 || !float.IsFinite(2 * scale))
                return null;
            bits[i] = values[i] > 0 ? (byte)1 : (byte)0;
        }
        return (bits, scales, outputsFirst ? [outputs, .. tensor.Dims.Skip(1).Select(_ => 1L)] : [outputs]);
    }

    /// <summary>Null where there are more than 256. Values are told apart by their bits, so that minus zero stays what it is.</summary>
    private static (float[] Values, byte[] Indices)? Codebook(float[] weights)
    {
        var places = new Dictionary<int, byte>();
        var indices = new byte[weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            var bits = BitConverter.SingleToInt32Bits(weights[i]);
            if (!places.TryGetValue(bits, out var place))
            {
                if (places.Count == 256)
                    return null;
                places[bits] = place = (byte)places.Count;
            }
            indices[i] = place;
        }
        return (Array.ConvertAll(places.OrderBy(pair => pair.Value).Select(pair => pair.Key).ToArray(), BitConverter.Int32BitsToSingle), indices);
    }
}
