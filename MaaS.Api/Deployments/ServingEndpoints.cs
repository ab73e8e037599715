// "What was serving on 3 May?": the revision that was in force at a moment, and whether the deployment was paused then. Revisions say the one,
// the audit log the other; a deployment that was deleted took its revisions with it.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class ServingEndpoints
{
    public static void MapServing(this IEndpointRouteBuilder api)
    {
        api.MapGet("serving", All).WithTags("Deployments").WithSummary("What every deployment served at a moment, and who put it there");
        api.MapGet("deployments/{deployment}/serving", One).WithTags("Deployments").WithSummary("What a deployment served at a moment, and who put it there");
    }

    /// <param name="at">ISO 8601 with its offset; null is now.</param>
    private static async Task<Ok<IReadOnlyList<ServedThen>>> All(Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token, DateTimeOffset? at = null)
    {
        var deployments = await context.Deployments.AsNoTracking().Where(row => row.TeamId == caller.TeamId).OrderBy(row => row.Name).ToListAsync(token);
        return TypedResults.Ok(await Then(context, caller, deployments, at ?? clock.GetUtcNow(), token));
    }

    /// <param name="at">ISO 8601 with its offset; null is now.</param>
    private static async Task<Results<Ok<ServedThen>, NotFoundProblem>> One(
        string deployment, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token, DateTimeOffset? at = null)
    {
        var row = await context.Deployments.AsNoTracking().SingleOrDefaultAsync(found => found.TeamId == caller.TeamId && found.Name == deployment, token);
        return row is null ? DeploymentEndpoints.Missing(deployment) : TypedResults.Ok((await Then(context, caller, [row], at ?? clock.GetUtcNow(), token))[0]);
    }

    private static async Task<IReadOnlyList<ServedThen>> Then(CatalogContext context, Caller caller, List<Deployment> deployments, DateTimeOffset at, CancellationToken token)
    {
        at = at.ToUniversalTime();
        var ids = deployments.ConvertAll(row => row.Id);
        var serving = await context.Revisions.ForViews().Where(row => ids.Contains(row.DeploymentId) && row.CreatedAt <= at
            && !context.Revisions.Any(later => later.DeploymentId == row.DeploymentId && later.Number > row.Number && later.CreatedAt <= at)).ToDictionaryAsync(row => row.DeploymentId, token);
        var next = await context.Revisions.Where(row => ids.Contains(row.DeploymentId) && row.CreatedAt > at)
            .GroupBy(row => row.DeploymentId).Select(later => new { later.Key, At = later.Min(row => row.CreatedAt) }).ToDictionaryAsync(later => later.Key, later => later.At, token);
        var names = deployments.ConvertAll(row => row.Name);
        var switches = (await context.AuditEvents.AsNoTracking()
            .Where(happened => happened.TeamId == caller.TeamId && happened.Noun == "deployment" && names.Contains(happened.NounName) && (happened.Action == DeploymentSwitch.Paused || happened.Action == DeploymentSwitch.Resumed) && happened.At <= at)
            .GroupBy(happened => happened.NounName).Select(switched => switched.OrderByDescending(happened => happened.Number).First()).ToListAsync(token)).ToDictionary(switched => switched.NounName);
        return deployments.ConvertAll(row =>
        {
            // One of the same name may have been deleted before this one was made.
            var last = switches.GetValueOrDefault(row.Name) is { } switched && switched.At >= row.CreatedAt ? switched : null;
            return new ServedThen(
                row.Name, at, serving.TryGetValue(row.Id, out var revision) ? DeploymentViews.Of(revision) : null, next.TryGetValue(row.Id, out var until) ? until : null,
                last?.Action == DeploymentSwitch.Paused ? DeploymentState.Paused : DeploymentState.Serving, last?.Actor, last?.At);
        });
    }
}
