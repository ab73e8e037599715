// Carries what a process prints into the job's log, a batch at a time. Knows nothing of what the lines say.
using System.Diagnostics;
using System.Threading.Channels;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;

namespace MaaS.Worker.Jobs;

internal sealed class LogPump(JobLog log, JobLease lease)
{
    private const int LongestLine = 4_000;
    private const int MostLines = 100_000;
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(250);

    private readonly Channel<(DateTimeOffset At, string Text)> _lines = Channel.CreateUnbounded<(DateTimeOffset, string)>(new() { SingleReader = true });
    private int _taken;

    /// <summary>Ends when the process has closed both its outputs and every line is stored.</summary>
    public async Task Pump(Process process)
    {
        var storing = Store();
        await Task.WhenAll(Read(process.StandardOutput), Read(process.StandardError));
        _lines.Writer.Complete();
        await storing;
    }

    private async Task Read(StreamReader reader)
    {
        // Reading goes on beyond the most lines we keep, or the process would block on a full pipe.
        while (await reader.ReadLineAsync() is { } line)
        {
            var taken = Interlocked.Increment(ref _taken);
            if (taken < MostLines)
                _lines.Writer.TryWrite((DateTimeOffset.UtcNow, line.Length > LongestLine ? $"{line[..LongestLine]}…" : line));
            else if (taken == MostLines)
                _lines.Writer.TryWrite((DateTimeOffset.UtcNow, $"The log ends here: it holds {MostLines:N0} lines at most."));
        }
    }

    private async Task Store()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            var batch = new List<(DateTimeOffset, string)>();
            while (batch.Count < 1_000 && _lines.Reader.TryRead(out var line))
                batch.Add(line);
            await Outage.Outlast(() => log.Append(lease, batch, CancellationToken.None), CancellationToken.None);
            await Task.Delay(s_batch);
        }
    }
}
