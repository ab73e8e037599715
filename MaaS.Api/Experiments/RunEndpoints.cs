// Runs: the record of what was asked, measured and made. A run is born with its job (Jobs/) and outlives it.
using MaaS.Api.Compression;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunEndpoints
{
    private const int MostTags = 50;
    private const int LongestTag = 200;

    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("runs").WithTags("Runs");
        runs.MapGet("", List).WithSummary("Runs, newest first, of one experiment or of all");
        runs.MapGet("{run}", Get).WithSummary("One run");
        runs.MapPut("{run}", Update).Needs(Role.Member).WithSummary("Rename a run; replace its notes and tags");
        runs.MapDelete("{run}", Delete).Needs(Role.Member).WithSummary("Delete a run that has ended; versions registered from it stay");
        runs.MapRunRecords();
        runs.MapCompressions();
    }

    private static async Task<Results<Ok<Page<RunView>>, InvalidProblem>> List(
        Guid? experiment, [AsParameters] Paging paging, Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        var page = await context.Runs.ForViews()
            .Where(row => row.TeamId == caller.TeamId && (experiment == null || row.ExperimentId == experiment) && (after == null || row.Id < after))
            .OrderByDescending(row => row.Id).Page(paging.Count, row => $"{row.Id}", row => row, token);
        return TypedResults.Ok(new Page<RunView>(await RunViews.Of(context, metrics, page.Items, token), page.Next));
    }

    private static async Task<Results<Ok<RunView>, NotFoundProblem>> Get(
        Guid run, Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token)
    {
        var rows = await context.Runs.ForViews().Where(row => row.Id == run && row.TeamId == caller.TeamId).ToListAsync(token);
        return rows.Count == 0 ? new NotFoundProblem("run", run) : TypedResults.Ok((await RunViews.Of(context, metrics, rows, token))[0]);
    }

    private static async Task<Results<Ok<RunView>, NotFoundProblem, InvalidProblem>> Update(
        Guid run, UpdateRun request, Caller caller, CatalogContext context, MetricStore metrics, CancellationToken token)
    {
        var tags = request.Tags ?? new Dictionary<string, string>();
        if (tags.Count > MostTags || tags.Any(tag => tag.Key.Length is 0 or > LongestTag || tag.Value is null or { Length: > LongestTag }))
            return new InvalidProblem("tags_not_allowed", $"tags has {tags.Count} entries; up to {MostTags} are allowed, each with a name and a value of at most {LongestTag} characters.");
        var row = await context.Runs.Include(found => found.Job).Include(found => found.Experiment)
            .SingleOrDefaultAsync(found => found.Id == run && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("run", run);
        (row.Name, row.Notes, row.Tags) = (request.Name, request.Notes, tags.ToDictionary());
        context.Audit(caller, "updated", "run", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok((await RunViews.Of(context, metrics, [row], token))[0]);
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Delete(
        Guid run, Caller caller, CatalogContext context, CancellationToken token)
    {
        var row = await context.Runs.Include(found => found.Job).SingleOrDefaultAsync(found => found.Id == run && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("run", run);
        if (row.Job.State is JobState.Queued or JobState.Running)
            return new ConflictProblem("run_under_way", $"\"{row.Name}\" is {(row.Job.State == JobState.Queued ? "queued" : "running")}; cancel its job or wait.");
        context.Runs.Remove(row);
        context.Audit(caller, "deleted", "run", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }
}
