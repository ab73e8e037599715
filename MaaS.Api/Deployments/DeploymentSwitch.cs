// Pausing and resuming a deployment, whoever asks for it. What only a paused deployment serves leaves memory.
using MaaS.Api.Inference;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class DeploymentSwitch
{
    /// <summary>What the audit log calls it; who asks what served when reads it there.</summary>
    public const string Paused = "paused";
    public const string Resumed = "resumed";

    /// <returns>False when the team has no such deployment.</returns>
    public static async Task<bool> Set(
        CatalogContext context, Router router, LoadedModels models, Caller caller, string deployment, DeploymentState state, CancellationToken token)
    {
        var row = await context.Deployments.SingleOrDefaultAsync(found => found.TeamId == caller.TeamId && found.Name == deployment, token);
        if (row is null || row.State == state)
            return row is not null;
        row.State = state;
        context.Audit(caller, state == DeploymentState.Paused ? Paused : Resumed, "deployment", deployment);
        try
        {
            await context.SaveChangesAsync(token);
        }
        catch (DbUpdateConcurrencyException)
        {
            return false; // deleted a moment ago
        }
        router.Forget(caller.TeamId, deployment);
        if (state == DeploymentState.Paused)
            await models.Unload(await OnlyServedBy(context, row.Id, token));
        return true;
    }

    private static Task<List<Guid>> OnlyServedBy(CatalogContext context, Guid deployment, CancellationToken token)
    {
        IQueryable<Guid> Served(System.Linq.Expressions.Expression<Func<Deployment, bool>> by) =>
            context.Deployments.Where(by).SelectMany(row => row.Revisions.OrderByDescending(revision => revision.Number).Take(1)).SelectMany(revision => revision.Shares).Select(share => share.VersionId);
        return Served(row => row.Id == deployment).Except(Served(row => row.Id != deployment && row.State == DeploymentState.Serving)).ToListAsync(token);
    }
}
