// Where the arithmetic runs: device, threads and seed, chosen once, said with the reason. Knows libtorch, nothing of models.
using System.Globalization;
using System.Runtime.InteropServices;
using MaaS.Contracts.Training;
using TorchSharp;

namespace MaaS.Engine;

/// <param name="Reason">A sentence for the log.</param>
public sealed record Compute(torch.Device Device, int Threads, string Reason)
{
    /// <summary>Why most networks have one thread (docs/decisions.md).</summary>
    internal const string TooShort = "a step is too short to share";

    /// <summary>How exactly a training's steps compute.</summary>
    internal Precision Precision { get; private init; } = Precision.Full;

    /// <summary>Chooses and applies: libtorch's threads are set and its generators seeded when this returns.</summary>
    /// <param name="threads">Of the CPU.</param>
    /// <param name="why">Why so many threads, where that was weighed.</param>
    /// <exception cref="UserError">CUDA was asked for where there is none.</exception>
    /// <param name="crew">Whether they are threads of our own; libtorch's are then switched off.</param>
    public static Compute Choose(TrainingSpec training, int threads, string? why = null, bool crew = false)
    {
        var cuda = training.Device != DeviceChoice.Cpu && torch.cuda.is_available();
        if (training.Device == DeviceChoice.Cuda && !cuda)
            throw new UserError("device is cuda, but this worker has no CUDA device that libtorch can use; allowed here are auto and cpu.");

        KeepMemory();
        torch.set_num_threads(crew ? 1 : threads);
        torch.random.manual_seed(training.Seed);
        if (cuda)
        {
            torch.cuda.manual_seed_all(training.Seed);
            Libtorch.SetDeterministic(true);
            Precision.AllowTf32(false);
        }
        var device = cuda ? torch.CUDA : torch.CPU;
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
    /// What a GPU draws by chance follows from seed and step: TorchSharp does not hand out the state of CUDA's generator, so it begins
    /// anew wherever a checkpoint may be, and a resumed training draws the same. The CPU's is in the checkpoint.
    /// </summary>
    public void Reseed(int seed, long step)
    {
        if (Device.type == DeviceType.CUDA)
            torch.cuda.manual_seed_all(((long)seed << 32) + step);
    }

    /// <summary>
    /// Memory freed by one step is kept for the next. By default the C library gives large blocks back to the system at once, and every
    /// step pays for hundreds of pages anew: 5 % of a small transformer's time, and twice that with two threads (measured).
    /// </summary>
    private static void KeepMemory()
    {
        const int trimThreshold = -1, topPad = -2, mmapThreshold = -3;
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var library) || !NativeLibrary.TryGetExport(library, "mallopt", out _))
            return; // not the GNU C library
        mallopt(mmapThreshold, 1 << 30);
        mallopt(trimThreshold, int.MaxValue);
        mallopt(topPad, 64 << 20);
    }

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int mallopt(int parameter, int value);

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
