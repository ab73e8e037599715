// Claims jobs and has each run by a child process, as many at once as there are slots. Knows nothing of what they do.
using System.Globalization;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using Npgsql;

namespace MaaS.Worker.Jobs;

/// <summary><c>Worker:Slots</c> (1): jobs at once. Sweeps, which only wait for other jobs, have places of their own.</summary>
internal sealed class JobLoop(
    JobQueue queue, JobLog log, NpgsqlDataSource database, Presence presence, IConfiguration configuration, ILogger<JobLoop> logger)
    : BackgroundService
{
    private const int SweepSlots = 4;

    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(2);

    private volatile TaskCompletionSource _woken = New();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Scratch.RemoveStale();
        await presence.Registered.WaitAsync(stoppingToken);
        var slots = int.Parse(configuration["Worker:Slots"] ?? "1", CultureInfo.InvariantCulture);
        logger.LogInformation("{Name} is ready: {Slots} jobs at once on {Devices}",
            presence.Name, slots, string.Join("; ", presence.Devices.Select(device => device.Detail)));
        await Task.WhenAll([
            .. Enumerable.Range(0, slots).Select(_ => Slot(token => queue.Claim(presence.Id, presence.Name, presence.HasGpu, token), stoppingToken)),
            .. Enumerable.Range(0, SweepSlots).Select(_ => Slot(token => queue.ClaimSweep(presence.Id, presence.Name, token), stoppingToken)),
            Listen(stoppingToken)]);
    }

    private async Task Slot(Func<CancellationToken, Task<ClaimedJob?>> claim, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            var woken = _woken.Task;
            try
            {
                // Not canceled half way: a claim whose answer nobody reads would run out its lease.
                if (await claim(CancellationToken.None) is { } job)
                    await new JobProcess(queue, log, logger).Run(job, token);
                else
                    await Task.WhenAny(woken, Task.Delay(s_poll, token));
            }
            catch (Exception error) when (!token.IsCancellationRequested)
            {
                // One job's trouble must not end the worker: its lease runs out and somebody claims it again.
                logger.LogWarning(error, "Could not claim or run a job; trying again");
                await Task.Delay(s_poll, token);
            }
        }
    }

    /// <summary>Shortens the wait of idle slots. When it breaks, they poll.</summary>
    private async Task Listen(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(token);
                await using (var listen = new NpgsqlCommand($"listen {JobQueue.Channel}", connection))
                    await listen.ExecuteNonQueryAsync(token);
                while (true)
                {
                    await connection.WaitAsync(token);
                    Interlocked.Exchange(ref _woken, New()).TrySetResult();
                }
            }
            catch (Exception error) when (Outage.Is(error) && !token.IsCancellationRequested)
            {
                await Task.Delay(s_poll, token);
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
