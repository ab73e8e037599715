// What a graph costs before any clock is read: multiplications for one row, parameters, and how many of them are not zero.
using Google.Protobuf;
using MaaS.Engine.Onnx;
using Microsoft.ML.OnnxRuntime;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression;

/// <param name="Macs">Multiplications, each with its addition, that products and convolutions do for one row.</param>
/// <param name="Parameters">Numbers in float32 constants.</param>
/// <param name="NonZeros">Of them.</param>
internal sealed record GraphCost(long Macs, long Parameters, long NonZeros);

internal static class Macs
{
    /// <summary>Of a graph whose weights are floats: ask it before the steps of the graph. Attention's products count as the row makes them.</summary>
    /// <param name="rows">The first is run, because only a run knows every shape.</param>
    public static GraphCost Of(ModelProto graph, CalibrationRows rows)
    {
        var editor = new GraphEditor(graph);
        var constants = graph.Graph.Initializer.Where(Tensors.IsFloat).ToArray();
        return new GraphCost(
            Products(editor, rows), constants.Sum(tensor => tensor.Count()), constants.Sum(tensor => tensor.Floats().LongCount(value => value != 0)));
    }

    private static long Products(GraphEditor editor, CalibrationRows rows)
    {
        var products = editor.Nodes.Where(node => node.Domain is "" or "ai.onnx" && node.OpType is "MatMul" or "Gemm" or "Conv").ToArray();
        if (products.Length == 0)
            return 0;
        // Shapes are outputs like any other, so that no value is copied out and its type does not matter.
        string[] Shapes(int input) => [.. products.Select(node => editor.Node("Shape", [input < 0 ? node.Output[0] : node.Input[input]]))];
        var (results, firsts, weights) = (Shapes(-1), Shapes(0), Shapes(1));
        string[] asked = [.. results, .. firsts, .. weights];
        foreach (var name in asked)
            editor.Graph.Output.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Int64 } } });
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        using var session = new InferenceSession(editor.Done().ToByteArray(), options);
        long macs = 0;
        new GraphRuns(session, rows).Each(asked, 1, 1, answers =>
        {
            var shapes = answers.Select(answer => answer.GetTensorDataAsSpan<long>().ToArray()).ToArray();
            for (var i = 0; i < products.Length; i++)
                macs += Product(shapes[i]) * (products[i].OpType switch
                {
                    "Conv" => Product(shapes[2 * products.Length + i].AsSpan(1)), // inputs of the group and the kernel
                    "Gemm" when products[i].Number("transA", 0) != 0 => shapes[products.Length + i][0],
                    _ => shapes[products.Length + i][^1],
                });
        });
        return macs;
    }

    private static long Product(ReadOnlySpan<long> shape)
    {
        var product = 1L;
        foreach (var size in shape)
            product *= size;
        return product;
    }
}
