// Rows of runs as their contract views: with their job, and where their package is registered.
using MaaS.Api.Jobs;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunViews
{
    /// <summary>Runs with what their views need beside them.</summary>
    public static IQueryable<Run> ForViews(this IQueryable<Run> runs) => runs.AsNoTracking().Include(run => run.Job).Include(run => run.Experiment);

    /// <summary>One view for each row, in their order, with one query for all registrations and one for all live metrics.</summary>
    public static async Task<IReadOnlyList<RunView>> Of(
        CatalogContext context, MetricStore metrics, IReadOnlyList<Run> rows, CancellationToken token)
    {
        var ids = rows.Select(row => (Guid?)row.Id).ToList();
        var versions = await context.ModelVersions.AsNoTracking().Where(version => ids.Contains(version.RunId)).OrderBy(version => version.Number)
            .Select(version => new { version.RunId, version.Model.Name, version.Number }).ToListAsync(token);
        // A finished run keeps its last values in its row; the others' are in their series.
        var live = await metrics.Last(rows.Where(row => row.Job.State != JobState.Succeeded).Select(row => row.Id).ToList(), token);
        var jobs = await JobViews.Of(context, [.. rows.Select(row => row.Job)], token);
        return rows.Select((row, place) =>
        {
            var registered = versions.LastOrDefault(version => version.RunId == row.Id);
            return new RunView(
                row.Id, row.ExperimentId, row.Experiment.Name, row.Name, jobs[place], row.DatasetVersionId,
                row.Params, live.GetValueOrDefault(row.Id) ?? row.Metrics, row.Tags, row.Notes, row.Environment,
                row.Manifest is null ? null : new(row.Manifest, registered?.Name, registered?.Number), row.CreatedAt, row.Sweep, row.Compression, row.ArchivedAt);
        }).ToList();
    }
}
