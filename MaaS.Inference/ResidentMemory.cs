// How much physical memory a piece of work takes at its height, as the system counts it for this process.
// https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html: writing 5 sets the peak back to what is resident now.
using System.Globalization;
using System.Runtime.InteropServices;

namespace MaaS.Inference;

internal static partial class ResidentMemory
{
    /// <returns>Bytes above what was resident before; null where the system does not say.</returns>
    public static long? PeakOf(Action work)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        try
        {
            Trim(0);
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or EntryPointNotFoundException or DllNotFoundException)
        {
            return null; // a container may hide it, and not every C library has a trim
        }
        var before = Of("VmRSS:");
        work();
        return Math.Max(0, Of("VmHWM:") - before);
    }

    private static long Of(string field) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).AsSpan(field.Length).Trim().TrimEnd(" kB"),
        CultureInfo.InvariantCulture);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
