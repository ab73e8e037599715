// What this machine can compute on. Asks the operating system and nvidia-smi; never loads libtorch into the service.
using System.Globalization;
using System.Reflection;
using MaaS.Contracts.Workers;

namespace MaaS.Worker.Devices;

internal static class DeviceList
{
    // A worker built for the CPU must not claim what needs a GPU, even beside one.
    private static readonly bool s_builtForCuda = typeof(DeviceList).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Any(fact => fact is { Key: "Accelerator", Value: "cuda" });

    /// <summary>The CPU first, then, in a build for CUDA, every NVIDIA GPU the driver names.</summary>
    public static async Task<IReadOnlyList<DeviceView>> Find(CancellationToken token)
    {
        var devices = new List<DeviceView>
        {
            new("cpu", 0, $"{CpuName()}, {Environment.ProcessorCount} cores", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        };
        // The driver's tool names all; whoever starts the worker may leave it some.
        var visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")?.Split(',', StringSplitOptions.TrimEntries);
        foreach (var gpu in s_builtForCuda ? await NvidiaSmi.Query("index,uuid,name,memory.total", token) : [])
            if (visible is null || visible.Contains(gpu[0]) || visible.Contains(gpu[1]))
                devices.Add(new("cuda", int.Parse(gpu[0], CultureInfo.InvariantCulture), gpu[2], (long)(NvidiaSmi.Number(gpu[3]) * 1024 * 1024)));
        return devices;
    }

    /// <summary>The processor as the kernel calls it; its architecture where the kernel does not say.</summary>
    public static string CpuName()
    {
        const string key = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}
