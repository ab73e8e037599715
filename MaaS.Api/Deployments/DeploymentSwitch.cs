// Pausing and resuming a deployment, whoever asks for it.
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class DeploymentSwitch
{
    /// <param name="action">For the audit log.</param>
    /// <returns>False when the team has no such deployment.</returns>
    public static async Task<bool> Set(
        CatalogContext context, Router router, Caller caller, string deployment, DeploymentState state, string action, CancellationToken token)
    {
        var row = await context.Deployments.SingleOrDefaultAsync(found => found.TeamId == caller.TeamId && found.Name == deployment, token);
        if (row is null || row.State == state)
            return row is not null;
        row.State = state;
        context.Audit(caller, action, "deployment", deployment);
        await context.SaveChangesAsync(token);
        router.Forget(caller.TeamId, deployment);
        return true;
    }
}
