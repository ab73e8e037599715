// A model.onnx at rest: sparse and shared weights entropy-coded, everything else deflated; decodes to the same bytes.
namespace MaaS.Engine.Compression.Coding;

internal static class CodedModel
{
    /// <returns>Bytes of the coded file.</returns>
    public static long Write(string onnx, string path) => throw new NotImplementedException($"{onnx} {path}");

    /// <exception cref="UserError">The file is not a coded model, of a later version, or broken.</exception>
    public static void Read(string path, string onnx) => throw new NotImplementedException($"{path} {onnx}");
}
