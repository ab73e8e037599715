// What this process gathers on its way to PostgreSQL: stored every so often, and once more when the process ends.
namespace MaaS.Api.Inference;

internal abstract class PeriodicStore(TimeSpan pause, TimeProvider clock) : BackgroundService
{
    /// <summary>Stores what was gathered since the last time; what cannot be stored now is kept for the next.</summary>
    protected abstract Task Store(CancellationToken token);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
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
