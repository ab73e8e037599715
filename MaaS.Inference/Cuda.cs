// Whether ONNX Runtime can compute on a GPU in this process, and how a session is told to. Found out once: a process does not get other libraries.
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference;

public static class Cuda
{
    private const string Provider = "CUDAExecutionProvider";

    private static readonly Lazy<string?> s_missing = new(Find);

    /// <summary>Why nothing is computed on a GPU here, as the end of a sentence; null when it can be.</summary>
    public static string? Missing => s_missing.Value;

    /// <param name="mostBytes">Of the GPU's memory, that the session may take for what it computes; null for as much as there is.</param>
    /// <exception cref="OnnxRuntimeException">The provider, or a library that it needs, cannot be loaded.</exception>
    internal static void Append(SessionOptions options, long? mostBytes)
    {
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = "0",
            // Many models share the device: each takes what it needs, not the next power of two.
            ["arena_extend_strategy"] = "kSameAsRequested",
            // A version answers its own sample within 1e-4 wherever it is loaded; TF32 keeps three digits.
            ["use_tf32"] = "0",
        };
        if (mostBytes is { } bytes)
            settings["gpu_mem_limit"] = bytes.ToString(CultureInfo.InvariantCulture);
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(settings);
        options.AppendExecutionProvider_CUDA(cuda);
    }

    private static string? Find()
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(Provider, StringComparer.Ordinal))
            return "this build of ONNX Runtime computes on the CPU only";
        try
        {
            using var options = new SessionOptions();
            Append(options, null);
            return null;
        }
        catch (OnnxRuntimeException broken)
        {
            return $"ONNX Runtime cannot load its CUDA provider (./maas doctor says what is missing): {broken.Message}";
        }
    }
}

/// <summary>Where a model is to compute.</summary>
/// <param name="OnGpu">Where there is none that can be used, it computes on the CPU.</param>
/// <param name="GpuBytes">Of the GPU's memory, at most; null for as much as there is.</param>
/// <param name="Refused">Why a model that was to compute on the GPU is loaded again for the CPU.</param>
public sealed record Placement(bool OnGpu, long? GpuBytes = null, string? Refused = null);
