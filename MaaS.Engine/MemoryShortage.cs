// A training that needs more memory than there is, as a sentence that names what to lower, and what it is now.
using System.Globalization;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Training;
using TorchSharp;

namespace MaaS.Engine;

public sealed class MemoryShortage : Exception
{
    internal MemoryShortage(TrainingSpec spec, Compute compute, Exception inner) : base(Sentence(spec, compute), inner)
    {
    }

    /// <summary>Whether this is .NET's word for it, or that of the allocators of libtorch (CPU, CUDA, cuBLAS) and ONNX Runtime.</summary>
    public static bool IsMeant(Exception error) => error is OutOfMemoryException or MemoryShortage
        || error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("allocate memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("bad_alloc", StringComparison.Ordinal)
        || error.Message.Contains("ALLOC_FAILED", StringComparison.Ordinal);

    /// <summary>Refuses a network whose parameters alone do not fit, before the first of them is made: the system might end another process for it.</summary>
    /// <param name="spec">Its network filled in.</param>
    /// <exception cref="UserError">They do not.</exception>
    internal static void Refuse(double parameters, TrainingSpec spec, Compute compute)
    {
        const int copies = 5; // themselves, their gradients, two means that an optimizer keeps of those, the best so far
        var needed = copies * sizeof(float) * parameters;
        var there = compute.Device.type == DeviceType.CUDA ? CudaDriver.Ask()?.MemoryBytes ?? double.PositiveInfinity : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > there)
            throw new UserError(string.Create(CultureInfo.InvariantCulture,
                $"training.network is {NetworkOf(spec)}, whose {parameters:N0} parameters take {needed / 1e9:N0} GB while they learn, but {Place(compute)} only {there / 1e9:N0} GB. Choose a smaller one."));
    }

    private static string? NetworkOf(TrainingSpec spec) => JsonSerializer.SerializeToNode(spec, MaaSJson.Options)!["network"]?.ToJsonString();

    private static string Sentence(TrainingSpec spec, Compute compute)
    {
        var network = NetworkOf(spec);
        return $"A step of the training needed more memory than {Place(compute)}{Size(compute)}. {Batch(spec)}{(network is null ? "" : $" A smaller training.network needs less too; it is {network}.")}";
    }

    private static string Place(Compute compute) => compute.Device.type == DeviceType.CUDA ? "the GPU has" : "this machine has";

    private static string Size(Compute compute) => compute.Device.type == DeviceType.CUDA && CudaDriver.Ask() is { } gpu
        ? string.Create(CultureInfo.InvariantCulture, $", {gpu.MemoryBytes / 1e9:f0} GB") : "";

    private static string Batch(TrainingSpec spec) => spec switch
    {
        { Optimizer: GradientDescentSpec } => "training.optimizer.method is gradient_descent, which takes all rows at once; sgd or adamw take a few.",
        { BatchSize: > 1 and var size } => string.Create(CultureInfo.InvariantCulture,
            $"Lower training.batch_size, which is {size}: {size / 2} with a training.accumulation of {spec.Accumulation * 2} learns much the same in about half the memory."),
        _ => "training.batch_size is 1 and cannot be lowered.",
    };
}
