// Whether a revision gives traffic to a version that the team has not approved. Looked at is what gets more than it has now: a version that
// serves already may keep or lose traffic, and a shadow answers nobody. Rolling back is never held up.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class ApprovalCheck
{
    /// <param name="deployment">Null for one that is about to be made.</param>
    /// <returns>Null when nothing is missing.</returns>
    public static async Task<ConflictProblem?> Missing(CatalogContext context, Guid team, Guid? deployment, IReadOnlyCollection<RevisionShare> shares, CancellationToken token)
    {
        if (!await context.Teams.AnyAsync(row => row.Id == team && row.ApprovalNeeded, token))
            return null;
        var newest = deployment is null ? null
            : await context.Revisions.AsNoTracking().Include(row => row.Shares).Where(row => row.DeploymentId == deployment).OrderByDescending(row => row.Number).FirstAsync(token);
        var gained = TrafficShift.Of(newest?.Shares ?? [], shares).Gained;
        var missing = await context.ModelVersions.AsNoTracking().Include(row => row.Model)
            .Where(row => gained.Contains(row.Id) && !row.Approvals.Any(request => request.State == ApprovalState.Approved)).OrderBy(row => row.Number).FirstOrDefaultAsync(token);
        return missing is null ? null : new("version_not_approved",
            $"Version {missing.Number} of \"{missing.Model.Name}\" is not approved, and this team deploys approved versions only. Request approval on the version's page; an admin decides.");
    }
}
