// Views of runs that a team keeps under names: what is searched, how it is sorted, which columns.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Experiments.Search;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class SavedViewEndpoints
{
    private const int Most = 200;

    public static void MapSavedViews(this IEndpointRouteBuilder api)
    {
        var views = api.MapGroup("views").WithTags("Views");
        views.MapGet("", List).WithSummary("The team's views of runs, by name");
        views.MapPost("", Create).Needs(Role.Member).WithSummary("Keep a view under a name");
        views.MapGet("{view}", Get).WithSummary("One view");
        views.MapPut("{view}", Update).Needs(Role.Member).WithSummary("Rename a view; replace what it shows");
        views.MapDelete("{view}", Delete).Needs(Role.Member).WithSummary("Delete a view; the runs stay");
    }

    private static async Task<Ok<IReadOnlyList<SavedView>>> List(Caller caller, CatalogContext context, CancellationToken token)
    {
        var rows = await context.SavedViews.AsNoTracking().Where(row => row.TeamId == caller.TeamId).OrderBy(row => row.Name).Take(Most).ToListAsync(token);
        return TypedResults.Ok<IReadOnlyList<SavedView>>(rows.ConvertAll(View));
    }

    private static async Task<Results<Ok<SavedView>, NotFoundProblem>> Get(Guid view, Caller caller, CatalogContext context, CancellationToken token) =>
        await Find(context, caller, view, token) is { } row ? TypedResults.Ok(View(row)) : new NotFoundProblem("view", view);

    private static async Task<Results<Ok<SavedView>, MalformedProblem, NotFoundProblem, ConflictProblem>> Create(
        SaveView request, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (Misspelt(request.Table) is { } misspelt)
            return misspelt;
        if (request.ExperimentId is { } experiment && !await Owns(context, caller, experiment, token))
            return new NotFoundProblem("experiment", experiment);
        if (await context.SavedViews.AnyAsync(row => row.TeamId == caller.TeamId && row.Name == request.Name, token))
            return NameTaken(request.Name);
        if (await context.SavedViews.CountAsync(row => row.TeamId == caller.TeamId, token) >= Most)
            return new ConflictProblem("too_many_views", $"The team has {Most} views, which is all it may have; delete one first.");
        var added = context.SavedViews.Add(new()
        {
            TeamId = caller.TeamId,
            Name = request.Name,
            ExperimentId = request.ExperimentId,
            Table = request.Table,
            CreatedBy = caller.Name,
        }).Entity;
        context.Audit(caller, "created", "view", added.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(View(added));
    }

    private static async Task<Results<Ok<SavedView>, MalformedProblem, NotFoundProblem, ConflictProblem>> Update(
        Guid view, SaveView request, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (Misspelt(request.Table) is { } misspelt)
            return misspelt;
        if (await Find(context, caller, view, token) is not { } row)
            return new NotFoundProblem("view", view);
        if (request.ExperimentId is { } experiment && !await Owns(context, caller, experiment, token))
            return new NotFoundProblem("experiment", experiment);
        if (await context.SavedViews.AnyAsync(other => other.TeamId == caller.TeamId && other.Name == request.Name && other.Id != view, token))
            return NameTaken(request.Name);
        (row.Name, row.ExperimentId, row.Table) = (request.Name, request.ExperimentId, request.Table);
        context.Audit(caller, "updated", "view", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(View(row));
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Delete(Guid view, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Find(context, caller, view, token) is not { } row)
            return new NotFoundProblem("view", view);
        context.SavedViews.Remove(row);
        context.Audit(caller, "deleted", "view", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    /// <summary>A view that could not be shown is not kept.</summary>
    private static MalformedProblem? Misspelt(RunTable table)
    {
        if (SearchParser.Parse(table.Search, DateTimeOffset.UtcNow).Mistake is { } mistake)
            return RunListing.Misunderstood(mistake);
        if (table.Sort is not null && RunColumn.Parse(table.Sort) is null)
            return RunListing.SortUnknown(table.Sort);
        foreach (var column in (table.Columns ?? []).Concat(table.Pinned ?? []))
            if (column is null || RunColumn.Parse(column) is null)
                return new("column_unknown", $"table.columns and table.pinned hold \"{column}\"; a column is {RunColumn.Spellings}.");
        return null;
    }

    private static Task<SavedViewRow?> Find(CatalogContext context, Caller caller, Guid view, CancellationToken token) =>
        context.SavedViews.SingleOrDefaultAsync(row => row.Id == view && row.TeamId == caller.TeamId, token);

    private static Task<bool> Owns(CatalogContext context, Caller caller, Guid experiment, CancellationToken token) =>
        context.Experiments.AnyAsync(row => row.Id == experiment && row.TeamId == caller.TeamId, token);

    private static ConflictProblem NameTaken(string name) => new("view_name_taken", $"A view named \"{name}\" exists already; choose another name.");

    private static SavedView View(SavedViewRow row) => new(row.Id, row.Name, row.ExperimentId, row.Table, row.CreatedBy, row.CreatedAt);
}
