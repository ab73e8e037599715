// One GPU of this machine, for one job at a time: whichever worker locks it first has it until it ends, and the kernel frees the lock.
// Knows nothing of what the job does there.
using System.Globalization;

namespace MaaS.Worker.Devices;

/// <param name="index">As nvidia-smi counts, which is by the place on the bus.</param>
internal sealed class GpuPlace(int index)
{
    private FileStream? _lock;

    /// <summary>Whether it is ours; asked again and again, because the worker that has it may end.</summary>
    public bool IsOurs()
    {
        try
        {
            _lock ??= new FileStream(Path.Combine(Path.GetTempPath(), $"maas-gpu-{index}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What a job's process is told of the machine's GPUs.</summary>
    /// <param name="place">The one it may use; null: none.</param>
    public static IEnumerable<(string Variable, string Value)> Environment(GpuPlace? place) =>
    [
        ("CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
        ("CUDA_VISIBLE_DEVICES", place?.Index ?? ""),
        // Without a workspace of its own for each stream cuBLAS adds in another order each time.
        ("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
    ];

    private string Index => index.ToString(CultureInfo.InvariantCulture);
}
