// What the figures were measured on, in words.
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using MaaS.Engine.Compression.Quantization;

namespace MaaS.Engine.Compression;

internal static class Machine
{
    /// <summary><c>Intel(R) Xeon(R) CPU, AVX2, no VNNI, 2 cores</c>.</summary>
    public static string Words { get; } = string.Join(", ", new[] { Name(), Instructions(), $"{Environment.ProcessorCount} cores" }.Where(part => part.Length > 0));

    private static string Name()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static string Instructions() => !X86Base.IsSupported ? ""
        : (Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "SSE") + (ReducedRange.IsNeeded ? ", no VNNI" : ", VNNI");
}
