// Weights that are few different numbers, stored as bits; ONNX Runtime unpacks them once, when it loads the graph.
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Compression.Quantization;

internal static class PackedWeights
{
    /// <summary>Weights that hold two values per output, +s and -s, as one bit each and a scale per output.</summary>
    /// <exception cref="UserError">The graph has none.</exception>
    public static ModelProto Binary(ModelProto graph) => throw new NotImplementedException($"{graph}");

    /// <summary>Weights that hold at most 256 different values, as indices of 1, 2, 4 or 8 bits into a table of them.</summary>
    /// <exception cref="UserError">The graph has none.</exception>
    public static ModelProto Shared(ModelProto graph) => throw new NotImplementedException($"{graph}");
}
