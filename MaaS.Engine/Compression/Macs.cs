// What a graph costs before any clock is read: multiplications for one row, parameters, and how many of them are not zero.
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Compression;

internal sealed record GraphCost(long Macs, long Parameters, long NonZeros);

internal static class Macs
{
    /// <summary>Of a graph whose weights are floats: ask it before the steps of the graph.</summary>
    public static GraphCost Of(ModelProto graph, CalibrationRows rows) => throw new NotImplementedException($"{graph} {rows}");
}
