// Weights stored in 8 bits that become floats when the graph is loaded: smaller files, the same speed. For what has no integer kernel, or
// none that is worth it: stacks of matrices that are multiplied one by one with parts of a value (a table's columns, the members of an
// ensemble), and convolutions whose activations have no range measured before (ONNX Runtime's ConvInteger takes 3.5 times as long as
// the float convolution, on a processor whose QLinearConv takes a quarter).
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Compression.Quantization;

internal static class Stored
{
    /// <summary>A smaller one costs more in nodes than it saves.</summary>
    private const int Fewest = 1024;

    /// <summary>Weights of one matrix or kernel that share a scale, at most.</summary>
    private const int Block = 64;

    /// <returns>How many there were.</returns>
    public static int Rewrite(GraphEditor graph, bool convolutions)
    {
        var stored = Product.Of(graph).Where(product => product.Weights.Length >= Fewest && (product.IsStack || convolutions && product.Kind == ProductKind.Conv)).ToArray();
        foreach (var product in stored)
        {
            var length = (int)(product.IsStack ? product.Shape[^2] * product.Shape[^1] : product.Weights.Length / product.Shape[0]);
            product.Keep(Unpacking.Floats(graph, Rounding.Blocks(product.Weights, length, Tables.Divisor(length, Block), 8, isCentred: true), 8, product.Shape));
        }
        return stored.Length;
    }
}
