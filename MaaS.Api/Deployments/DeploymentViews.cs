// Rows of deployments and revisions as their contract views.
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class DeploymentViews
{
    public static IQueryable<Deployment> ForViews(this IQueryable<Deployment> deployments) => deployments.AsNoTracking()
        .Include(row => row.Revisions.OrderByDescending(revision => revision.Number).Take(1))
        .ThenInclude(revision => revision.Shares).ThenInclude(share => share.Version).ThenInclude(version => version.Model);

    public static IQueryable<Revision> ForViews(this IQueryable<Revision> revisions) => revisions.AsNoTracking()
        .Include(revision => revision.Shares).ThenInclude(share => share.Version).ThenInclude(version => version.Model);

    public static DeploymentView Of(Deployment row) => new(row.Id, row.Name, row.State, Of(row.Revisions.MaxBy(revision => revision.Number)!), row.CreatedAt);

    public static RevisionView Of(Revision row) => new(
        row.Number,
        row.Shares.OrderByDescending(share => share.Weight).ThenBy(share => share.Version.Model.Name, StringComparer.Ordinal).ThenBy(share => share.Version.Number)
            .Select(share => new TrafficShare(share.Version.Model.Name, share.Version.Number, share.Weight)).ToList(),
        row.Reason, row.RollbackOf, row.Batching, row.CreatedBy, row.CreatedAt);

    public static async Task<DeploymentView?> View(CatalogContext context, Guid teamId, string name, CancellationToken token) =>
        await context.Deployments.ForViews().SingleOrDefaultAsync(row => row.TeamId == teamId && row.Name == name, token) is { } row ? Of(row) : null;
}
