// The workers that take jobs: shared by all teams, so that everybody sees why a job waits; they reveal no team's data.
using MaaS.Catalog;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Workers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Workers;

internal static class WorkerEndpoints
{
    private static readonly TimeSpan s_alive = TimeSpan.FromMinutes(1);

    public static void MapWorkers(this IEndpointRouteBuilder api) =>
        api.MapGroup("workers").WithTags("Workers").MapGet("", List).WithSummary("Workers and their devices");

    private static async Task<Ok<IReadOnlyList<WorkerView>>> List(CatalogContext context, TimeProvider clock, CancellationToken token) =>
        TypedResults.Ok(await All(context, clock.GetUtcNow(), token));

    public static async Task<IReadOnlyList<WorkerView>> All(CatalogContext context, DateTimeOffset now, CancellationToken token)
    {
        var since = now - s_alive;
        var running = await context.Jobs.Where(job => job.State == JobState.Running && job.WorkerId != null)
            .GroupBy(job => job.WorkerId!.Value).Select(jobs => new { jobs.Key, Count = jobs.Count() }).ToDictionaryAsync(jobs => jobs.Key, jobs => jobs.Count, token);
        var workers = await context.Workers.AsNoTracking().OrderBy(row => row.Name).ToListAsync(token);
        return workers.ConvertAll(row => new WorkerView(
            row.Id, row.Name, row.Devices, running.GetValueOrDefault(row.Id), row.HeartbeatAt >= since, row.StartedAt, row.HeartbeatAt));
    }

    /// <summary>Whether a worker that is alive has a GPU.</summary>
    public static async Task<bool> HasGpu(CatalogContext context, CancellationToken token)
    {
        var since = DateTimeOffset.UtcNow - s_alive;
        var devices = await context.Workers.AsNoTracking().Where(row => row.HeartbeatAt >= since).Select(row => row.Devices).ToListAsync(token);
        return devices.Exists(of => of.Any(device => device.Kind == "cuda"));
    }
}
