// Which of a graph's quantized products really run on integers: ONNX Runtime's profile says what it made of them.
using System.Text.Json;
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Engine.Compression;

internal static class IntegerKernels
{
    private static readonly string[] s_products = ["MatMul", "Gemm", "Conv"];

    /// <summary>Kernels that multiply bytes with bytes: https://github.com/microsoft/onnxruntime/blob/main/docs/OperatorKernels.md.</summary>
    private static readonly string[] s_kernels =
        ["QLinearConv", "QLinearMatMul", "QGemm", "MatMulInteger", "MatMulInteger16", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "ConvInteger", "NhwcQLinearConv", "QLinearConvTranspose"];

    /// <param name="rows">The first is run.</param>
    /// <returns>Null where no product is quantized in weights and activations; weights of few bits alone are multiplied as floats.</returns>
    public static KernelCount? Of(string onnx, CalibrationRows rows)
    {
        var quantized = Quantized(ModelProto.Parser.ParseFrom(File.ReadAllBytes(onnx)));
        if (quantized == 0)
            return null;
        return new KernelCount(Math.Min(quantized, Kernels(onnx, rows).Count(kernel => s_kernels.Contains(kernel))), quantized);
    }

    /// <summary>The operator of each kernel that one row runs through, as the runtime calls it.</summary>
    public static IReadOnlyList<string> Kernels(string onnx, CalibrationRows rows)
    {
        var folder = Directory.CreateTempSubdirectory("maas-profile-").FullName;
        try
        {
            string profile;
            using (var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1, EnableProfiling = true, ProfileOutputPathPrefix = Path.Combine(folder, "profile") })
            using (var session = new InferenceSession(onnx, options))
            {
                new GraphRuns(session, rows).Each(session.OutputNames, 1, 1, _ => { });
                profile = session.EndProfiling();
            }
            using var events = JsonDocument.Parse(File.ReadAllBytes(profile));
            return [.. events.RootElement.EnumerateArray()
                .Where(one => one.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
                .Select(one => one.GetProperty("args").GetProperty("op_name").GetString()!)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Products whose two factors are integers, written out as such or as floats just made of them.</summary>
    private static int Quantized(ModelProto model)
    {
        var makers = model.Graph.Node.SelectMany(node => node.Output.Select(output => (output, node))).ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
        bool IsOfBytes(string value) => makers.TryGetValue(value, out var maker) && maker.OpType == "DequantizeLinear";
        return model.Graph.Node.Count(node => node.OpType is "MatMulInteger" or "ConvInteger" or "QLinearMatMul" or "QLinearConv"
            || s_products.Contains(node.OpType) && IsOfBytes(node.Input[0]) && IsOfBytes(node.Input[1]));
    }
}
