// Experiments: names that group runs which answer one question.
using System.Linq.Expressions;
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

internal static class ExperimentEndpoints
{
    public static void MapExperiments(this IEndpointRouteBuilder api)
    {
        var experiments = api.MapGroup("experiments").WithTags("Experiments");
        experiments.MapGet("", List).WithSummary("Experiments, newest first");
        experiments.MapPost("", Create).Needs(Role.Member).WithSummary("Make an experiment");
        experiments.MapGet("{experiment}", Get).WithSummary("One experiment");
        experiments.MapPut("{experiment}", Update).Needs(Role.Member).WithSummary("Rename, describe or move an experiment");
        experiments.MapDelete("{experiment}", Delete).Needs(Role.Member).WithSummary("Delete an experiment with its runs; none of them may be under way");
        api.MapFolders();
    }

    private static readonly Expression<Func<Experiment, ExperimentView>> s_view = row => new ExperimentView(
        row.Id, row.Name, row.Description, row.CreatedAt, row.Runs.Count, row.Runs.Max(run => (DateTimeOffset?)run.CreatedAt), row.Folder);

    private static async Task<Results<Ok<Page<ExperimentView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        var experiments = context.Experiments.AsNoTracking()
            .Where(row => row.TeamId == caller.TeamId && (after == null || row.Id < after))
            .OrderByDescending(row => row.Id).Select(s_view);
        return TypedResults.Ok(await experiments.Page(paging.Count, view => $"{view.Id}", view => view, token));
    }

    private static async Task<Results<Ok<ExperimentView>, NotFoundProblem>> Get(Guid experiment, Caller caller, CatalogContext context, CancellationToken token) =>
        await View(context, caller, experiment, token) is { } view ? TypedResults.Ok(view) : new NotFoundProblem("experiment", experiment);

    private static async Task<Results<Ok<ExperimentView>, ConflictProblem>> Create(
        SaveExperiment request, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await IsTaken(context, caller, request.Name, null, token))
            return NameTaken(request.Name);
        var row = context.Experiments.Add(new() { TeamId = caller.TeamId, Name = request.Name, Description = request.Description, Folder = request.Folder ?? "" }).Entity;
        context.Audit(caller, "created", "experiment", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok((await View(context, caller, row.Id, token))!);
    }

    private static async Task<Results<Ok<ExperimentView>, NotFoundProblem, ConflictProblem>> Update(
        Guid experiment, SaveExperiment request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var row = await context.Experiments.SingleOrDefaultAsync(found => found.Id == experiment && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("experiment", experiment);
        if (await IsTaken(context, caller, request.Name, experiment, token))
            return NameTaken(request.Name);
        (row.Name, row.Description, row.Folder) = (request.Name, request.Description, request.Folder ?? row.Folder);
        context.Audit(caller, "updated", "experiment", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.Ok((await View(context, caller, experiment, token))!);
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Delete(
        Guid experiment, Caller caller, CatalogContext context, CancellationToken token)
    {
        var row = await context.Experiments.SingleOrDefaultAsync(found => found.Id == experiment && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("experiment", experiment);
        var active = await context.Runs.CountAsync(run => run.ExperimentId == experiment && (run.Job.State == JobState.Queued || run.Job.State == JobState.Running), token);
        if (active > 0)
            return new ConflictProblem("runs_under_way", $"{active} runs of \"{row.Name}\" are under way; cancel them or wait.");
        context.Experiments.Remove(row);
        context.Audit(caller, "deleted", "experiment", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    private static Task<ExperimentView?> View(CatalogContext context, Caller caller, Guid experiment, CancellationToken token) => context.Experiments.AsNoTracking()
        .Where(row => row.Id == experiment && row.TeamId == caller.TeamId).Select(s_view).SingleOrDefaultAsync(token);

    private static Task<bool> IsTaken(CatalogContext context, Caller caller, string name, Guid? but, CancellationToken token) =>
        context.Experiments.AnyAsync(row => row.TeamId == caller.TeamId && row.Name == name && row.Id != but, token);

    private static ConflictProblem NameTaken(string name) =>
        new("experiment_name_taken", $"An experiment named \"{name}\" exists already; choose another name.");
}
