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

    private static string Sentence(TrainingSpec spec, Compute compute)
    {
        var network = JsonSerializer.SerializeToNode(spec, MaaSJson.Options)!["network"]?.ToJsonString();
        return $"A step of the training needed more memory than {Place(compute)}. {Batch(spec)}{(network is null ? "" : $" A smaller training.network needs less too; it is {network}.")}";
    }

    private static string Place(Compute compute) => compute.Device.type == DeviceType.CUDA
        ? $"the GPU has{(CudaDriver.Ask() is { } gpu ? string.Create(CultureInfo.InvariantCulture, $", {gpu.MemoryBytes / 1e9:f0} GB") : "")}"
        : "this machine has";

    private static string Batch(TrainingSpec spec) => spec switch
    {
        { Optimizer: GradientDescentSpec } => "training.optimizer.method is gradient_descent, which takes all rows at once; sgd or adamw take a few.",
        { BatchSize: > 1 and var size } => string.Create(CultureInfo.InvariantCulture,
            $"Lower training.batch_size, which is {size}: {size / 2} with a training.accumulation of {spec.Accumulation * 2} learns much the same in about half the memory."),
        _ => "training.batch_size is 1 and cannot be lowered.",
    };
}
