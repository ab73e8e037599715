// Runs: the record of what was asked, measured and made. A run is born with its job (Jobs/) and outlives it.
using MaaS.Api.Compression;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("runs").WithTags("Runs");
        runs.MapGet("", List).WithSummary("Runs of one experiment or of all, newest first or as asked: searched, sorted");
        runs.MapGet("{run}", Get).WithSummary("One run");
        runs.MapPut("{run}", Update).Needs(Role.Member).WithSummary("Rename a run; replace its notes, its tags, or both");
        runs.MapDelete("{run}", Delete).Needs(Role.Member).WithSummary("Delete a run that has ended; it can be restored for a month, and versions registered from it stay");
        runs.MapRunTable();
        runs.MapRunBatches();
        runs.MapRunRecords();
        runs.MapCompressions();
        api.MapSavedViews();
    }

    /// <summary>A plain list is paged by id, so that no page shifts; one that is searched or sorted, by how many came before.</summary>
    private static async Task<Results<Ok<Page<RunView>>, MalformedProblem, InvalidProblem>> List(
        [AsParameters] RunListing listing, [AsParameters] Paging paging,
        Caller caller, CatalogContext context, MetricStore metrics, RunFinder finder, CancellationToken token)
    {
        if (!listing.IsPlain)
            return await Search(listing, paging, caller, context, metrics, finder, token);
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        var page = await context.Runs.ForViews()
            .Where(row => row.TeamId == caller.TeamId && row.ArchivedAt == null && (listing.Experiment == null || row.ExperimentId == listing.Experiment) && (after == null || row.Id < after))
            .OrderByDescending(row => row.Id).Page(paging.Count, row => $"{row.Id}", row => row, token);
        return TypedResults.Ok(new Page<RunView>(await RunViews.Of(context, metrics, page.Items, token), page.Next));
    }

    private static async Task<Results<Ok<Page<RunView>>, MalformedProblem, InvalidProblem>> Search(
        RunListing listing, Paging paging, Caller caller, CatalogContext context, MetricStore metrics, RunFinder finder, CancellationToken token)
    {
        if (!paging.TryNumber(out var skip, out var problem))
            return problem!;
        if (skip > int.MaxValue)
            return new InvalidProblem("invalid_cursor", $"after is \"{skip}\"; it must be the \"next\" of an earlier page.");
        if (!listing.TryQuery(caller, out var query, out var malformed))
            return malformed!;
        var (ids, total) = await finder.Find(query!, (int)(skip ?? 0), paging.Count, token);
        var rows = (await context.Runs.IgnoreQueryFilters().ForViews().Where(row => ids.Contains(row.Id)).ToListAsync(token)).ToDictionary(row => row.Id);
        var views = await RunViews.Of(context, metrics, [.. ids.Where(rows.ContainsKey).Select(id => rows[id])], token);
        var seen = (skip ?? 0) + ids.Count;
        return TypedResults.Ok(new Page<RunView>(views, ids.Count > 0 && seen < total ? $"{seen}" : null, total));
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
        if (request.Tags is not null && TagRules.Of(request.Tags) is { } unfit)
            return unfit;
        var row = await context.Runs.Include(found => found.Job).Include(found => found.Experiment)
            .SingleOrDefaultAsync(found => found.Id == run && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("run", run);
        // What is not said stays: somebody else may have changed it meanwhile.
        row.Name = request.Name;
        if (request.Notes is { } notes)
            row.Notes = notes.Length == 0 ? null : notes;
        if (request.Tags is { } tags)
            row.Tags = tags.ToDictionary();
        context.Audit(caller, "updated", "run", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok((await RunViews.Of(context, metrics, [row], token))[0]);
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Delete(
        Guid run, Caller caller, CatalogContext context, CancellationToken token)
    {
        var name = await context.Runs.Where(found => found.Id == run && found.TeamId == caller.TeamId).Select(found => found.Name).SingleOrDefaultAsync(token);
        if (name is null)
            return new NotFoundProblem("run", run);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await RunDeletion.Delete(context, [run], token) is { } active)
            return active;
        context.Audit(caller, "deleted", "run", name);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.NoContent();
    }
}
