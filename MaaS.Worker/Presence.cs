// This worker's row: what it is called, what devices it has, that it is alive. Knows nothing of jobs.
using MaaS.Catalog;
using MaaS.Contracts.Workers;
using MaaS.Worker.Devices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MaaS.Worker;

/// <summary><c>Worker:Name</c> is shown to users; the machine's name when it is not set.</summary>
internal sealed class Presence(IDbContextFactory<CatalogContext> contexts, CatalogMigrations migrations, IConfiguration configuration)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid Id { get; } = Guid.CreateVersion7();
    public string Name { get; } = configuration["Worker:Name"] ?? Environment.MachineName;
    public IReadOnlyList<DeviceView> Devices { get; private set; } = [];
    public bool HasGpu => Devices.Any(device => device.Kind == "cuda");

    /// <summary>Done once the schema is there and the row is written.</summary>
    public Task Registered => _registered.Task;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Registered.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Waiting for the database's schema."));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!Registered.IsCompleted)
            return;
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            await context.Workers.Where(row => row.Id == Id).ExecuteDeleteAsync(cancellationToken);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            // The row shows a worker that does not answer, and retention removes it after a day.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Devices = await DeviceList.Find(stoppingToken);
        await migrations.WaitUntilApplied(stoppingToken);
        using var timer = new PeriodicTimer(s_beat);
        do
        {
            await Outage.Outlast(() => Beat(stoppingToken), stoppingToken);
            _registered.TrySetResult();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Writes the row again if somebody removed it.</summary>
    private async Task<bool> Beat(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var known = await context.Workers.Where(row => row.Id == Id)
            .ExecuteUpdateAsync(row => row.SetProperty(worker => worker.HeartbeatAt, DateTimeOffset.UtcNow), token);
        if (known == 0)
        {
            context.Workers.Add(new() { Id = Id, Name = Name, Devices = Devices });
            await context.SaveChangesAsync(token);
        }
        return true;
    }
}
