// Claims jobs and has each run by a child process, as many at once as there are slots. Knows nothing of what they do.
using System.Globalization;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Worker.Devices;
using Npgsql;

namespace MaaS.Worker.Jobs;

/// <summary>
/// <c>Worker:Slots</c> (one, or as many as there are GPUs): jobs at once. The first slots have a GPU each, the others none. Sweeps, which only
/// wait for other jobs, have places of their own.
/// </summary>
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
        var gpus = presence.Devices.Where(device => device.Kind == "cuda").Select(device => new GpuPlace(device.Index)).ToArray();
        var slots = configuration["Worker:Slots"] is { } set ? int.Parse(set, CultureInfo.InvariantCulture) : Math.Max(1, gpus.Length);
        logger.LogInformation("{Name} is ready: {Slots} jobs at once on {Devices}",
            presence.Name, slots, string.Join("; ", presence.Devices.Select(device => device.Detail)));
        await Task.WhenAll([
            .. Enumerable.Range(0, slots).Select(slot => Slot(
                gpus.ElementAtOrDefault(slot), (hasGpu, token) => queue.Claim(presence.Id, presence.Name, hasGpu, token), stoppingToken)),
            .. Enumerable.Range(0, SweepSlots).Select(_ => Slot(null, (_, token) => queue.ClaimSweep(presence.Id, presence.Name, token), stoppingToken)),
            Listen(stoppingToken)]);
    }

    private async Task Slot(GpuPlace? gpu, Func<bool, CancellationToken, Task<ClaimedJob?>> claim, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            var woken = _woken.Task;
            try
            {
                var own = gpu?.IsOurs() == true ? gpu : null;
                // Not canceled half way: a claim whose answer nobody reads would run out its lease.
                if (await claim(own is not null, CancellationToken.None) is { } job)
                    await new JobProcess(queue, log, logger).Run(job, presence.HasGpu ? GpuPlace.Environment(own) : [], token);
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
