// The steps that change the graph that is served and nothing before it.
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Compression.Quantization;

internal static class Quantizer
{
    /// <summary>Does a step of the graph. The graph given stays as it is.</summary>
    /// <param name="rows">What ranges are measured on; only <see cref="StaticQuantization"/> reads them.</param>
    /// <exception cref="UserError">The graph has nothing that this step could change, or there are no rows to calibrate on.</exception>
    public static ModelProto Apply(CompressionStep step, ModelProto graph, CalibrationRows rows, IProgress<Report> progress) =>
        throw new NotImplementedException($"{step} {graph} {rows} {progress}");
}
