// What the job's process takes of the machine, every few seconds, as series under system/. Their step is the second since the
// job first started, so the series of a resumed job go on where they were.
using System.Diagnostics;
using System.Globalization;
using MaaS.Catalog.Experiments;
using MaaS.Worker.Devices;

namespace MaaS.Worker.Runs;

/// <param name="jobStarted">The job's first start, before any resume.</param>
internal sealed class SystemMetrics(MetricReporter reporter, DateTimeOffset jobStarted)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    /// <summary>Percent of all cores; resident megabytes; per GPU percent busy and megabytes used.</summary>
    public async Task Sample(CancellationToken token)
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, at) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        while (true)
        {
            await Task.Delay(s_pause, token);
            process.Refresh();
            var (used, elapsed) = (process.TotalProcessorTime - cpu, Stopwatch.GetElapsedTime(at));
            (cpu, at) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
            Report("cpu_percent", 100 * (used / elapsed) / Environment.ProcessorCount);
            Report("memory_mb", process.WorkingSet64 / 1e6);
            foreach (var gpu in await NvidiaSmi.Query("index,utilization.gpu,memory.used", token))
            {
                Report($"gpu{gpu[0]}_percent", NvidiaSmi.Number(gpu[1]));
                Report($"gpu{gpu[0]}_memory_mb", NvidiaSmi.Number(gpu[2]));
            }
        }
    }

    private void Report(string name, double value) => reporter.Report(
        string.Create(CultureInfo.InvariantCulture, $"{MetricStore.SystemPrefix}{name}"),
        (long)(DateTimeOffset.UtcNow - jobStarted).TotalSeconds, value);
}
