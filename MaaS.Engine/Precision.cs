// How exactly a training's products of matrices are computed: chosen once, said with the reason. Parameters, gradients' sums, losses,
// figures and the check of the exported graph stay in float32.
using MaaS.Contracts.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine;

/// <param name="Autocasts">The kind of device on which a step's products are in bfloat16; null: on none.</param>
/// <param name="UsesTf32">Whether what is left in float32 may round its factors to 10 bits on a GPU while it trains.</param>
internal sealed record Precision(DeviceType? Autocasts, bool UsesTf32)
{
    /// <summary>The first generation of NVIDIA's GPUs with units for bfloat16 and TF32.</summary>
    private const int Ampere = 8;

    public static Precision Full { get; } = new(null, false);

    public string Name => Autocasts is null ? UsesTf32 ? "tf32" : "float32" : "bfloat16";

    /// <returns>The precision, and a few words for the log.</returns>
    public static (Precision Precision, string Reason) Choose(PrecisionChoice choice, Device device)
    {
        var isGpu = device.type == DeviceType.CUDA;
        var hasUnits = isGpu && CudaDriver.Ask() is { Capability: >= Ampere };
        if (choice == PrecisionChoice.Float32 || (choice == PrecisionChoice.Auto && !hasUnits))
            return (Full, $"products in float32, as {(choice == PrecisionChoice.Float32 ? "asked" : "usual on this device")}");
        return Libtorch.CanAutocast(device)
            ? (new(device.type, isGpu), $"products in bfloat16{(isGpu ? ", those of float32 in TF32" : "")}, as {(choice == PrecisionChoice.Auto ? "this GPU has units for it" : "asked")}")
            : (new(null, isGpu), $"products in {(isGpu ? "TF32" : "float32")}, as this libtorch has no autocast to bfloat16 that can be reached");
    }

    /// <summary>A loss in this precision; for this thread alone, so each thread of a step asks for itself.</summary>
    public Tensor Of(Func<Tensor> loss)
    {
        using var cast = Autocasts is { } device ? Libtorch.Autocast(device) : null;
        return loss();
    }

    /// <summary>Steps in this precision, and afterwards all in float32 again: libtorch keeps TF32 for the whole process.</summary>
    public T During<T>(Func<T> steps)
    {
        AllowTf32(UsesTf32);
        try
        {
            return steps();
        }
        finally
        {
            AllowTf32(false);
        }
    }

    /// <summary>Of convolutions libtorch allows it unless told not to.</summary>
    public static void AllowTf32(bool allowed) => backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = allowed;
}
