// Revisions of a deployment: only ever added. A rollback is a new revision with an old one's traffic.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class RevisionEndpoints
{
    public static void MapRevisions(this IEndpointRouteBuilder deployments)
    {
        deployments.MapGet("{deployment}/revisions", List).WithSummary("Revisions, newest first");
        deployments.MapPost("{deployment}/revisions", Revise).Needs(Role.Member).WithSummary("Move the traffic: load and warm up the versions, then switch");
        deployments.MapPost("{deployment}/rollback", RollBack).Needs(Role.Member).WithSummary("Restore the traffic of an earlier revision, as a new one");
    }

    private static async Task<Results<Ok<Page<RevisionView>>, NotFoundProblem, InvalidProblem>> List(
        string deployment, [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryNumber(out var after, out var problem))
            return problem!;
        if (await Id(context, caller, deployment, token) is not { } id)
            return DeploymentEndpoints.Missing(deployment);
        var revisions = context.Revisions.ForViews()
            .Where(row => row.DeploymentId == id && (after == null || row.Number < after)).OrderByDescending(row => row.Number);
        return TypedResults.Ok(await revisions.Page(paging.Count, row => $"{row.Number}", DeploymentViews.Of, token));
    }

    private static async Task<Results<Ok<DeploymentView>, NotFoundProblem, ConflictProblem, InvalidProblem>> Revise(
        string deployment, CreateRevision request, Caller caller, CatalogContext context, TrafficPlan plan, Router router, CancellationToken token)
    {
        if (await Id(context, caller, deployment, token) is not { } id || await RevisionRows.Newest(context, id, token) is not { } newest)
            return DeploymentEndpoints.Missing(deployment);
        switch (await plan.Of(context, caller, request.Traffic, token, request.Shadow, request.Guard, id, request.Provider ?? newest.Provider, request.AnswersKeptDays ?? newest.AnswersKeptDays))
        {
            case (_, NotFoundProblem missing): return missing;
            case (_, ConflictProblem conflict): return conflict;
            case (_, InvalidProblem invalid): return invalid;
            case (var (shares, shadow), _):
                await RevisionRows.Append(context, id, last =>
                {
                    var revision = new Revision
                    {
                        DeploymentId = id,
                        Number = last.Number + 1,
                        Reason = request.Reason,
                        Batching = request.Batching ?? last.Batching,
                        ShadowVersionId = shadow,
                        ShadowPercent = request.Shadow?.Percent,
                        Guard = request.Guard,
                        Provider = request.Provider ?? last.Provider,
                        AnswersKeptDays = request.AnswersKeptDays ?? last.AnswersKeptDays,
                        CreatedBy = caller.Name,
                    };
                    revision.Shares.AddRange(shares);
                    return revision;
                }, token, () => context.Audit(caller, "revised", "deployment", deployment, TrafficPlan.Words(request.Traffic)));
                router.Forget(caller.TeamId, deployment);
                return await DeploymentViews.View(context, caller.TeamId, deployment, token) is { } view ? TypedResults.Ok(view) : DeploymentEndpoints.Missing(deployment);
        }
    }

    private static async Task<Results<Ok<DeploymentView>, NotFoundProblem, ConflictProblem, InvalidProblem>> RollBack(
        string deployment, Rollback request, Caller caller, CatalogContext context, TrafficPlan plan, Router router, CancellationToken token)
    {
        if (await Id(context, caller, deployment, token) is not { } id || await context.Revisions.Where(row => row.DeploymentId == id).MaxAsync(row => (int?)row.Number, token) is not { } newest)
            return DeploymentEndpoints.Missing(deployment);
        var target = request.Revision ?? newest - 1;
        if (target == 0)
            return new ConflictProblem("nothing_to_roll_back", $"\"{deployment}\" has had one revision only; there is nothing before it.");
        if (target == newest)
            return new ConflictProblem("revision_is_current", $"Revision {target} is what \"{deployment}\" serves now; choose an earlier one.");
        if (await context.Revisions.ForViews().SingleOrDefaultAsync(row => row.DeploymentId == id && row.Number == target, token) is not { } old)
            return new NotFoundProblem("revision", $"{target} of \"{deployment}\"");
        switch (await plan.Of(context, caller, DeploymentViews.Of(old).Traffic, token, provider: old.Provider, isRollback: true))
        {
            case (_, NotFoundProblem missing): return missing;
            case (_, InvalidProblem invalid): return invalid;
            default:
                await RevisionRows.Append(context, id, last => RevisionRows.Restored(old, last.Number + 1, request.Reason, caller.Name), token,
                    () => context.Audit(caller, "rolled_back", "deployment", deployment, $"to revision {target}"));
                router.Forget(caller.TeamId, deployment);
                return await DeploymentViews.View(context, caller.TeamId, deployment, token) is { } view ? TypedResults.Ok(view) : DeploymentEndpoints.Missing(deployment);
        }
    }

    private static Task<Guid?> Id(CatalogContext context, Caller caller, string deployment, CancellationToken token) =>
        context.Deployments.Where(row => row.TeamId == caller.TeamId && row.Name == deployment).Select(row => (Guid?)row.Id).SingleOrDefaultAsync(token);
}
