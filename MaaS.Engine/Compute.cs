// Where the arithmetic runs: device, threads and seed, chosen once, said with the reason. Knows libtorch, nothing of models.
using System.Globalization;
using System.Runtime.InteropServices;
using MaaS.Contracts.Training;
using TorchSharp;

namespace MaaS.Engine;

/// <param name="Reason">A sentence for the log.</param>
public sealed record Compute(torch.Device Device, int Threads, string Reason)
{
    /// <summary>How exactly a training's steps compute.</summary>
    internal Precision Precision { get; private init; } = Precision.Full;

    /// <summary>Chooses and applies: libtorch's threads are set and its generators seeded when this returns.</summary>
    /// <param name="threads">Of the CPU; a small network gains nothing from more than one (docs/decisions.md).</param>
    /// <param name="why">Why so many threads, where that was weighed.</param>
    /// <exception cref="UserError">CUDA was asked for where there is none.</exception>
    public static Compute Choose(TrainingSpec training, int threads, string? why = null)
    {
        var cuda = training.Device != DeviceChoice.Cpu && torch.cuda.is_available();
        if (training.Device == DeviceChoice.Cuda && !cuda)
            throw new UserError("device is cuda, but this worker has no CUDA device that libtorch can use; allowed here are auto and cpu.");

        torch.set_num_threads(threads);
        torch.random.manual_seed(training.Seed);
        var device = cuda ? torch.CUDA : torch.CPU;
        if (cuda)
        {
            torch.cuda.manual_seed_all(training.Seed);
            Libtorch.SetDeterministic(true);
            Precision.AllowTf32(false);
        }
        var (precision, exactly) = Precision.Choose(training.Precision, device);
        return new Compute(device, threads, (training.Device, cuda) switch
        {
            (DeviceChoice.Cpu, _) => $"on the CPU with {threads} thread(s), as asked",
            (_, true) => "on the GPU: CUDA is available",
            _ => $"on the CPU with {threads} thread(s): no CUDA device here",
        } + (why is null || cuda ? "" : $"; {why}") + $"; {exactly}")
        { Precision = precision };
    }

    /// <summary>
    /// A GPU draws what dropout silences from a generator of its own, which no checkpoint holds: it begins anew with each epoch, so a resumed
    /// training draws the same.
    /// </summary>
    internal void BeginEpoch(int seed, int epoch)
    {
        if (Device.type == DeviceType.CUDA)
            torch.cuda.manual_seed_all((long)seed << 32 | (uint)epoch);
    }

    /// <summary>Device, threads and versions, for the run's record.</summary>
    public IReadOnlyDictionary<string, string> Facts() => new Dictionary<string, string>
    {
        ["device"] = Device.ToString(),
        ["precision"] = Precision.Name,
        ["threads"] = Threads.ToString(CultureInfo.InvariantCulture),
        ["torchsharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
        ["dotnet"] = Environment.Version.ToString(),
        ["os"] = RuntimeInformation.OSDescription,
    };
}
