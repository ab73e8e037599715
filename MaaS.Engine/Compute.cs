// Where the arithmetic runs: device, threads and seed, chosen once, said with the reason. Knows libtorch, nothing of models.
using System.Globalization;
using System.Runtime.InteropServices;
using MaaS.Contracts.Training;
using TorchSharp;

namespace MaaS.Engine;

/// <param name="Reason">A sentence for the log.</param>
public sealed record Compute(torch.Device Device, int Threads, string Reason)
{
    /// <summary>Chooses and applies: libtorch's threads are set and its generators seeded when this returns.</summary>
    /// <param name="threads">Of the CPU; a small network gains nothing from more than one (docs/decisions.md).</param>
    /// <param name="why">Why so many threads, where that was weighed.</param>
    /// <exception cref="UserError">CUDA was asked for where there is none.</exception>
    public static Compute Choose(DeviceChoice choice, int seed, int threads, string? why = null)
    {
        var cuda = choice != DeviceChoice.Cpu && torch.cuda.is_available();
        if (choice == DeviceChoice.Cuda && !cuda)
            throw new UserError("device is cuda, but this worker has no CUDA device that libtorch can use; allowed here are auto and cpu.");

        torch.set_num_threads(threads);
        torch.random.manual_seed(seed);
        if (cuda)
            torch.cuda.manual_seed_all(seed);
        return new Compute(cuda ? torch.CUDA : torch.CPU, threads, (choice, cuda) switch
        {
            (DeviceChoice.Cpu, _) => $"on the CPU with {threads} thread(s), as asked",
            (_, true) => "on the GPU: CUDA is available",
            _ => $"on the CPU with {threads} thread(s): no CUDA device here",
        } + (why is null || cuda ? "" : $"; {why}"));
    }

    /// <summary>
    /// What a GPU draws by chance follows from seed and step: TorchSharp does not hand out the state of CUDA's generator, so it begins
    /// anew wherever a checkpoint may be, and a resumed training draws the same. The CPU's is in the checkpoint.
    /// </summary>
    public void Reseed(int seed, long step)
    {
        if (Device.type == DeviceType.CUDA)
            torch.cuda.manual_seed_all(((long)seed << 32) + step);
    }

    /// <summary>Device, threads and versions, for the run's record.</summary>
    public IReadOnlyDictionary<string, string> Facts() => new Dictionary<string, string>
    {
        ["device"] = Device.ToString(),
        ["threads"] = Threads.ToString(CultureInfo.InvariantCulture),
        ["torchsharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
        ["dotnet"] = Environment.Version.ToString(),
        ["os"] = RuntimeInformation.OSDescription,
    };
}
