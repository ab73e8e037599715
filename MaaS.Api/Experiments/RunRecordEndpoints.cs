// What a run wrote down while it ran: metric series, log lines, files.
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunRecordEndpoints
{
    public static void MapRunRecords(this IEndpointRouteBuilder runs)
    {
        runs.MapGet("{run}/metrics", Metrics).WithSummary("Metric series, each thinned to about as many points as a drawing needs");
        runs.MapGet("{run}/metrics/keys", Keys).WithSummary("A run's metric series by key, each with its last value");
        runs.MapGet("{run}/lineage", LineageEndpoint.Get).WithSummary("What a run came from and what came of it");
        runs.MapRunComparison();
        runs.MapGet("{run}/log", Log).WithSummary("Log lines, oldest first; with search those that hold it, with tail the last ones");
        runs.MapGet("{run}/artifacts", List).WithSummary("Files the run left");
        runs.MapGet("{run}/artifacts/{**path}", Download).WithSummary("One file").Produces(200, contentType: "application/octet-stream");
    }

    private static async Task<Results<Ok<IReadOnlyList<MetricSeries>>, NotFoundProblem>> Metrics(
        Guid run, [FromQuery(Name = "key")] string[]? keys, [Range(2, 10_000)] int? points,
        Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token) =>
        await Owned(context, caller, run).AnyAsync(token)
            ? TypedResults.Ok(await metrics.Query(run, keys, points ?? 1000, token))
            : new NotFoundProblem("run", run);

    /// <summary>The cursor is the last key itself.</summary>
    private static async Task<Results<Ok<Page<MetricKey>>, NotFoundProblem>> Keys(
        Guid run, [Range(1, Limits.PageItems)] int? limit, string? after, string? search, Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token)
    {
        if (!await Owned(context, caller, run).AnyAsync(token))
            return new NotFoundProblem("run", run);
        var count = limit ?? Paging.Default;
        var keys = await metrics.Keys(run, search, after, count + 1, token);
        return TypedResults.Ok(new Page<MetricKey>([.. keys.Take(count)], keys.Count > count ? keys[count - 1].Key : null));
    }

    private static async Task<Results<Ok<Page<LogLine>>, NotFoundProblem, InvalidProblem>> Log(
        Guid run, [Range(1, Limits.PageLines)] int? limit, string? after, string? search, bool? tail, Caller caller, CatalogContext context, JobLog log, CancellationToken token)
    {
        var start = 0L;
        if (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out start))
            return new InvalidProblem("invalid_cursor", $"after is \"{after}\"; it must be the \"next\" of an earlier page or a line's number.");
        var job = await Owned(context, caller, run).Select(row => (Guid?)row.JobId).SingleOrDefaultAsync(token);
        if (job is null)
            return new NotFoundProblem("run", run);
        var count = limit ?? 200;
        var lines = await log.Read(job.Value, start, count, token, search, tail ?? false);
        return TypedResults.Ok(new Page<LogLine>(lines, lines.Count == count && tail is not true ? $"{lines[^1].Number}" : null));
    }

    private static async Task<Results<Ok<IReadOnlyList<ArtifactView>>, NotFoundProblem>> List(
        Guid run, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!await Owned(context, caller, run).AnyAsync(token))
            return new NotFoundProblem("run", run);
        return TypedResults.Ok<IReadOnlyList<ArtifactView>>(await context.Artifacts.Where(row => row.RunId == run).OrderBy(row => row.Path)
            .Select(row => new ArtifactView(row.Path, row.Bytes, row.Sha256)).ToListAsync(token));
    }

    /// <summary>The path is looked up in a table, never on a disk, so no spelling of it leads anywhere else.</summary>
    private static async Task<Results<FileStreamHttpResult, NotFoundProblem>> Download(
        Guid run, string path, HttpContext http, Caller caller, CatalogContext context, ArtifactStore store, CancellationToken token)
    {
        if (!await Owned(context, caller, run).AnyAsync(token))
            return new NotFoundProblem("run", run);
        return await context.Artifacts.AsNoTracking().SingleOrDefaultAsync(row => row.RunId == run && row.Path == path, token) is { } file
            ? http.Download(store, file.Sha256, file.Bytes, Path.GetFileName(file.Path))
            : new NotFoundProblem("artifact", $"\"{path}\" of run {run}");
    }

    private static IQueryable<Run> Owned(CatalogContext context, Caller caller, Guid run) =>
        context.Runs.Where(row => row.Id == run && row.TeamId == caller.TeamId);
}
