// Which of a graph's quantized products really run on integers: ONNX Runtime's profile says what it made of them.
using MaaS.Contracts.Compression;

namespace MaaS.Engine.Compression;

internal static class IntegerKernels
{
    /// <returns>Null where no product is quantized.</returns>
    public static KernelCount? Of(string onnx, CalibrationRows rows) => throw new NotImplementedException($"{onnx} {rows}");
}
