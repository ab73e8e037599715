// Where versions serve, or once served: every deployment with a revision that names one of them.
using System.Linq.Expressions;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Experiments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class VersionDeployments
{
    /// <param name="versions">Which shares are looked at.</param>
    /// <returns>By the version's id; what serves now comes first.</returns>
    public static async Task<ILookup<Guid, LineageDeployment>> Of(CatalogContext context, Caller caller, Expression<Func<RevisionShare, bool>> versions, CancellationToken token)
    {
        var shares = await (
            from share in context.Revisions.SelectMany(revision => revision.Shares).Where(versions)
            join deployment in context.Deployments on share.DeploymentId equals deployment.Id
            where deployment.TeamId == caller.TeamId
            select new
            {
                deployment.Name,
                deployment.State,
                Newest = deployment.Revisions.Max(other => other.Number),
                Number = share.RevisionNumber,
                share.VersionId,
                Model = share.Version.Model.Name,
                Version = share.Version.Number,
                share.Weight,
            }).ToListAsync(token);
        return shares.GroupBy(share => (share.Name, share.VersionId)).Select(group =>
            {
                var last = group.MaxBy(share => share.Number)!;
                return (last.VersionId, View: new LineageDeployment(last.Name, last.State, last.Model, last.Version, last.Number == last.Newest ? last.Weight : null));
            })
            .OrderBy(found => found.View.Percent is null).ThenBy(found => found.View.Name, StringComparer.Ordinal).ThenBy(found => found.View.Number)
            .ToLookup(found => found.VersionId, found => found.View);
    }
}
