// Keeps the lease alive and says how far the job is. Every second, not every ten: it carries the progress people watch.
using MaaS.Catalog;
using MaaS.Catalog.Jobs;

namespace MaaS.Worker.Runs;

internal sealed class Heartbeat(JobQueue queue, JobLease lease) : IProgress<double>
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private volatile Position _now = new(0, null);
    private Task _beating = Task.CompletedTask;

    /// <summary>0 to 1.</summary>
    public void Report(double value) => _now = _now with { Progress = value };

    /// <param name="phase">A few words: "epoch 3 of 40".</param>
    public void Report(double progress, string phase) => _now = new(progress, phase);

    public void Start() => _beating = Beat();

    /// <summary>Before the outcome is written, so that a beat cannot find the job ended and think it lost.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Beat()
    {
        for (var token = _stop.Token; ; await Task.Delay(s_pause, token))
        {
            var now = _now;
            // A lost lease ends the process: there is nothing left that it may write.
            if (await Outage.Outlast(() => queue.Heartbeat(lease, now.Progress, now.Phase, token), token) == Catalog.Jobs.Beat.Lost)
                JobRun.Leave();
        }
    }

    private sealed record Position(double Progress, string? Phase);
}
