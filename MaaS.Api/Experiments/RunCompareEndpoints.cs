// Several runs in one request: POST /api/runs/compare, what a comparison shows of each; POST /api/runs/metrics, their series.
// Both are questions: they are posted because a hundred ids make an address that proxies cut.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunCompareEndpoints
{
    public static void MapRunComparison(this IEndpointRouteBuilder runs)
    {
        runs.MapPost("compare", Compare).WithSummary("Up to 100 runs beside one another: settings, last values, test figures");
        runs.MapPost("metrics", Metrics).WithSummary("Series of up to 100 runs, each thinned to about as many points as a drawing needs");
    }

    private static async Task<Results<Ok<IReadOnlyList<ComparedRun>>, NotFoundProblem>> Compare(
        CompareRuns request, Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token)
    {
        var wanted = request.Runs.Distinct().ToList();
        var rows = await context.Runs.ForViews().Where(row => row.TeamId == caller.TeamId && wanted.Contains(row.Id)).ToDictionaryAsync(row => row.Id, token);
        if (wanted.Exists(id => !rows.ContainsKey(id)))
            return new NotFoundProblem("run", wanted.Find(id => !rows.ContainsKey(id)));
        // A finished run keeps its last values in its row; the others' are in their series.
        var live = await metrics.Last([.. rows.Values.Where(row => row.Job.State != JobState.Succeeded).Select(row => row.Id)], token);
        return TypedResults.Ok<IReadOnlyList<ComparedRun>>(wanted.ConvertAll(id => View(rows[id], live.GetValueOrDefault(id))));
    }

    private static async Task<Results<Ok<IReadOnlyList<RunSeries>>, NotFoundProblem>> Metrics(
        QueryMetrics request, Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token)
    {
        var wanted = request.Runs.Distinct().ToList();
        var found = await context.Runs.Where(row => row.TeamId == caller.TeamId && wanted.Contains(row.Id)).Select(row => row.Id).ToListAsync(token);
        return wanted.Exists(id => !found.Contains(id))
            ? new NotFoundProblem("run", wanted.Find(id => !found.Contains(id)))
            : TypedResults.Ok(await metrics.Query(wanted, [.. request.Keys], request.Points, token));
    }

    private static ComparedRun View(Run row, Dictionary<string, double>? live) => new(
        row.Id, row.Name, row.Experiment.Name, row.Job.State, row.CreatedAt, row.Job.StartedAt, row.Job.FinishedAt,
        row.Params, live ?? row.Metrics, row.Tags, row.Manifest?.Labels, row.Manifest?.Metrics.ConfusionMatrix, row.Compression);
}
