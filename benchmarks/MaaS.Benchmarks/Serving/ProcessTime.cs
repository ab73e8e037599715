// Processor time of a process and its threads, from the kernel; ticks are hundredths of a second, so measure for seconds.
using System.Globalization;

namespace MaaS.Benchmarks.Serving;

internal static class ProcessTime
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on every Linux that .NET runs on

    public static TimeSpan Of(int process)
    {
        // Fields 14 and 15, user and system; the name before them is in parentheses and may hold blanks.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Ticks(fields[11]) + Ticks(fields[12])) / TicksPerSecond);
    }

    public static long ResidentBytes(int process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
