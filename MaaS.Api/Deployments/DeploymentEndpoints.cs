// Deployments: named endpoints. What one serves is its newest revision (RevisionEndpoints); here it is made, paused and removed.
using MaaS.Api.Inference;
using MaaS.Api.Inference.Shadows;
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

internal static class DeploymentEndpoints
{
    public static void MapDeployments(this IEndpointRouteBuilder api)
    {
        var deployments = api.MapGroup("deployments").WithTags("Deployments");
        deployments.MapGet("", List).WithSummary("Deployments, newest first");
        deployments.MapPost("", Create).Needs(Role.Member).WithSummary("Deploy: load and warm up the versions, then open the endpoint");
        deployments.MapGet("{deployment}", Get).WithSummary("One deployment with its newest revision");
        deployments.MapPost("{deployment}/pause", Pause).Needs(Role.Member).WithSummary("Answer 503 until resumed");
        deployments.MapPost("{deployment}/resume", Resume).Needs(Role.Member).WithSummary("Serve again");
        deployments.MapDelete("{deployment}", Delete).Needs(Role.Member).WithSummary("Delete a deployment with its revisions");
        deployments.MapRevisions();
        api.MapServing();
        deployments.MapTraffic();
        deployments.MapQuality();
        deployments.MapSampling();
        deployments.MapPredict();
    }

    private static async Task<Results<Ok<Page<DeploymentView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        var deployments = context.Deployments.ForViews()
            .Where(row => row.TeamId == caller.TeamId && (after == null || row.Id < after)).OrderByDescending(row => row.Id);
        return TypedResults.Ok(await deployments.Page(paging.Count, row => $"{row.Id}", DeploymentViews.Of, token));
    }

    private static async Task<Results<Ok<DeploymentView>, NotFoundProblem>> Get(string deployment, Caller caller, CatalogContext context, CancellationToken token) =>
        await DeploymentViews.View(context, caller.TeamId, deployment, token) is { } view ? TypedResults.Ok(view) : Missing(deployment);

    private static async Task<Results<Ok<DeploymentView>, NotFoundProblem, ConflictProblem, InvalidProblem>> Create(
        CreateDeployment request, Caller caller, CatalogContext context, TrafficPlan plan, CancellationToken token)
    {
        if (await context.Deployments.AnyAsync(row => row.TeamId == caller.TeamId && row.Name == request.Name, token))
            return new ConflictProblem("deployment_name_taken", $"A deployment named \"{request.Name}\" exists already; revise it, or choose another name.");
        switch (await plan.Of(context, caller, request.Traffic, token, request.Shadow, provider: request.Provider ?? default, answersKeptDays: request.AnswersKeptDays ?? 0))
        {
            case (_, NotFoundProblem missing): return missing;
            case (_, ConflictProblem conflict): return conflict;
            case (_, InvalidProblem invalid): return invalid;
            case (var (shares, shadow), _):
                var deployment = new Deployment { TeamId = caller.TeamId, Name = request.Name };
                var revision = new Revision
                {
                    Number = 1,
                    Reason = request.Reason,
                    Batching = request.Batching ?? new(),
                    ShadowVersionId = shadow,
                    ShadowPercent = request.Shadow?.Percent,
                    Provider = request.Provider ?? default,
                    AnswersKeptDays = request.AnswersKeptDays ?? 0,
                    CreatedBy = caller.Name,
                };
                revision.Shares.AddRange(shares);
                deployment.Revisions.Add(revision);
                context.Deployments.Add(deployment);
                context.Audit(caller, "created", "deployment", request.Name, TrafficPlan.Words(request.Traffic));
                await context.SaveChangesAsync(token);
                return TypedResults.Ok((await DeploymentViews.View(context, caller.TeamId, request.Name, token))!);
        }
    }

    private static Task<Results<Ok<DeploymentView>, NotFoundProblem>> Pause(string deployment, Caller caller, CatalogContext context, Router router, LoadedModels models, CancellationToken token) =>
        Switch(deployment, DeploymentState.Paused, caller, context, router, models, token);

    private static Task<Results<Ok<DeploymentView>, NotFoundProblem>> Resume(string deployment, Caller caller, CatalogContext context, Router router, LoadedModels models, CancellationToken token) =>
        Switch(deployment, DeploymentState.Serving, caller, context, router, models, token);

    private static async Task<Results<Ok<DeploymentView>, NotFoundProblem>> Switch(
        string deployment, DeploymentState state, Caller caller, CatalogContext context, Router router, LoadedModels models, CancellationToken token)
    {
        return await DeploymentSwitch.Set(context, router, models, caller, deployment, state, token) && await DeploymentViews.View(context, caller.TeamId, deployment, token) is { } view
            ? TypedResults.Ok(view) : Missing(deployment);
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Delete(
        string deployment, Caller caller, CatalogContext context, Router router, ServingCounts counts, Comparisons comparisons, CancellationToken token)
    {
        var row = await context.Deployments.SingleOrDefaultAsync(found => found.TeamId == caller.TeamId && found.Name == deployment, token);
        if (row is null)
            return Missing(deployment);
        context.Deployments.Remove(row);
        context.Audit(caller, "deleted", "deployment", deployment);
        await context.SaveChangesAsync(token);
        router.Forget(caller.TeamId, deployment);
        counts.Forget(row.Id);
        comparisons.Forget(row.Id);
        return TypedResults.NoContent();
    }

    public static NotFoundProblem Missing(string deployment) => new("deployment", $"\"{deployment}\"");
}
