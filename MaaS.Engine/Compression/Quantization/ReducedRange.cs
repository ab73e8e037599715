// Whether this processor adds products of bytes exactly. Without VNNI, x86 adds them in pairs in 16 bits, which overflow unless one factor
// keeps to 7 bits: 255 x 127 x 2 > 32,767. https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
using System.Runtime.Intrinsics.X86;

namespace MaaS.Engine.Compression.Quantization;

internal static class ReducedRange
{
    public static bool IsNeeded { get; } = X86Base.IsSupported && !HasVnni();

    /// <summary>The largest weight.</summary>
    public static int Most(bool? asked) => asked ?? IsNeeded ? 63 : 127;

    public static string Why(bool? asked) => (asked, IsNeeded) switch
    {
        (true, _) => "7 bits of 8, as asked",
        (false, _) => "all 8 bits, as asked",
        (_, true) => "7 bits of 8, because this processor has no VNNI and its 16-bit sums would overflow",
        _ => X86Base.IsSupported ? "all 8 bits, because this processor has VNNI" : "all 8 bits: this processor adds them exactly",
    };

    /// <summary>Intel's manual, CPUID: leaf 7, ECX bit 11 is AVX512_VNNI; leaf 7 subleaf 1, EAX bit 4 is AVX-VNNI.</summary>
    private static bool HasVnni()
    {
        if (X86Base.CpuId(0, 0).Eax < 7)
            return false;
        var (subleaves, _, ecx, _) = X86Base.CpuId(7, 0);
        return (ecx & 1 << 11) != 0 || subleaves >= 1 && (X86Base.CpuId(7, 1).Eax & 1 << 4) != 0;
    }
}
