// Forgets what nobody needs any more: old logs and metrics by setting, files without a noun, workers long gone.
// Runs in the API once an hour; several replicas doing it at once is harmless, because deleting twice deletes once.
using System.Globalization;
using MaaS.Catalog.Artifacts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MaaS.Catalog;

/// <summary>
/// <c>Retention:LogDays</c> (90) and <c>Retention:MetricDays</c> (0) count from the end of the job, <c>Retention:TrafficDays</c> (30)
/// from the minute itself, <c>Retention:SampleDays</c> (7) from the request, <c>Retention:NotificationDays</c> (90) from what happened,
/// <c>Retention:DeletedRunDays</c> (30) from the deletion of a run, until when it can be restored; 0 keeps for ever. Kept answers go when the days
/// are over that their deployment's revision gave them.
/// The last values and final figures of a run stay with the run.
/// </summary>
public sealed class Retention(
    NpgsqlDataSource database, CatalogMigrations migrations, ArtifactSweep artifacts, IConfiguration configuration, ILogger<Retention> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_sweepAge = TimeSpan.FromHours(24);

    /// <summary>One round.</summary>
    public async Task Forget(CancellationToken token)
    {
        await Forget("Retention:LogDays", 90, "delete from job_log l using jobs j where j.id = l.job_id and j.finished_at < now() - $1", token);
        await Forget("Retention:MetricDays", 0,
            "delete from metric_chunks m using runs r, jobs j where r.id = m.run_id and j.id = r.job_id and j.finished_at < now() - $1", token);
        await Forget("Retention:TrafficDays", 30, "delete from traffic_minutes where minute < now() - $1", token);
        await Forget("Retention:TrafficDays", 30, "delete from drift_hours where hour < now() - $1", token);
        await Forget("Retention:SampleDays", 7, "delete from request_samples where at < now() - $1", token);
        await Execute(TimeSpan.Zero, "delete from kept_answers where expires_at < now() - $1", token);
        await Forget("Retention:DeletedRunDays", 30, "delete from runs where deleted_at < now() - $1", token);
        await Forget("Retention:NotificationDays", 90, "delete from events where at < now() - $1", token);
        await Forget("Retention:NotificationDays", 90, "delete from webhook_deliveries where created_at < now() - $1", token);
        await Execute(TimeSpan.FromDays(1), "delete from password_resets where expires_at < now() - $1", token);
        await Execute(TimeSpan.Zero, "delete from oidc_sign_ins where expires_at < now() - $1", token);
        await Execute(TimeSpan.FromDays(1), "delete from workers where heartbeat_at < now() - $1", token);
        var (files, bytes) = await artifacts.Sweep(s_sweepAge, token);
        if (files > 0)
            logger.LogInformation("Removed {Files} files that nothing points to, {Bytes} bytes", files, bytes);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        await migrations.WaitUntilApplied(stoppingToken);
        using var timer = new PeriodicTimer(s_pause);
        do
        {
            try
            {
                await Forget(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                logger.LogWarning(error, "Forgetting old records failed; the next round is in an hour");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Forget(string setting, int otherwise, string sql, CancellationToken token)
    {
        var days = int.Parse(configuration[setting] ?? $"{otherwise}", CultureInfo.InvariantCulture);
        if (days > 0)
            await Execute(TimeSpan.FromDays(days), sql, token);
    }

    private async Task Execute(TimeSpan age, string sql, CancellationToken token)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = age });
        await command.ExecuteNonQueryAsync(token);
    }
}
