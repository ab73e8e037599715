// What the kernel says of another process: processor time to the nanosecond (/proc counts in hundredths of a second), and memory.
using System.Globalization;
using System.Runtime.InteropServices;

namespace MaaS.Benchmarks.Serving;

internal static partial class ProcessTime
{
    /// <summary>Of all its threads, in user and kernel mode.</summary>
    /// <exception cref="InvalidOperationException">There is no such process.</exception>
    public static TimeSpan Of(int process)
    {
        // The clock of a process other than one's own: clock_getcpuclockid(3).
        return ClockGetTime(~process << 3 | 2, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds + time.Nanoseconds / 1e9)
            : throw new InvalidOperationException($"There is no process {process}.");
    }

    public static long ResidentBytes(int process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);
}

/// <summary>The C library's timespec on 64-bit systems.</summary>
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}
