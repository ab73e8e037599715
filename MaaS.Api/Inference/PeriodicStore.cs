// What a process counts in memory goes to PostgreSQL every so often, and once more when the process ends.
using MaaS.Catalog;

namespace MaaS.Api.Inference;

internal abstract class PeriodicStore(TimeSpan pause, TimeProvider clock) : BackgroundService
{
    /// <summary>Stores what is new. Keeps it for the next time when PostgreSQL is away, and then throws nothing: an exception ends the process.</summary>
    protected abstract Task Store(CancellationToken token);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        using var timer = new PeriodicTimer(pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Store(stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Store(cancellationToken);
    }
}
