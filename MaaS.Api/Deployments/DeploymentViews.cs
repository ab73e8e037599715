// Rows of deployments and revisions as their contract views.
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Inference;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class DeploymentViews
{
    /// <summary>With the newest revision of each, and all versions that it names.</summary>
    public static IQueryable<Deployment> ForRoutes(this IQueryable<Deployment> deployments) => deployments.AsNoTracking().Include(row => row.Sampling)
        .Include(row => row.Revisions.OrderByDescending(revision => revision.Number).Take(1))
        .ThenInclude(revision => revision.Shares).ThenInclude(share => share.Version).ThenInclude(version => version.Model)
        .Include(row => row.Revisions.OrderByDescending(revision => revision.Number).Take(1))
        .ThenInclude(revision => revision.ShadowVersion).ThenInclude(version => version!.Model);

    public static IQueryable<Revision> ForRoutes(this IQueryable<Revision> revisions) => revisions.AsNoTracking()
        .Include(revision => revision.Shares).ThenInclude(share => share.Version).ThenInclude(version => version.Model)
        .Include(revision => revision.ShadowVersion).ThenInclude(version => version!.Model);

    /// <summary>And how its shadows compare.</summary>
    public static IQueryable<Deployment> ForViews(this IQueryable<Deployment> deployments) => deployments.ForRoutes().AsSplitQuery()
        .Include(row => row.Revisions.OrderByDescending(revision => revision.Number).Take(1))
        .ThenInclude(revision => revision.Comparisons).ThenInclude(row => row.Version).ThenInclude(version => version.Model)
        .Include(row => row.Revisions.OrderByDescending(revision => revision.Number).Take(1))
        .ThenInclude(revision => revision.Comparisons).ThenInclude(row => row.ShadowVersion).ThenInclude(version => version.Model);

    public static IQueryable<Revision> ForViews(this IQueryable<Revision> revisions) => revisions.ForRoutes().AsSplitQuery()
        .Include(revision => revision.Comparisons).ThenInclude(row => row.Version).ThenInclude(version => version.Model)
        .Include(revision => revision.Comparisons).ThenInclude(row => row.ShadowVersion).ThenInclude(version => version.Model);

    /// <exception cref="DbUpdateConcurrencyException">It was deleted while it was read, which takes several steps.</exception>
    public static DeploymentView Of(Deployment row) => row.Revisions.MaxBy(revision => revision.Number) is { } newest
        ? new(row.Id, row.Name, row.State, Of(newest), row.CreatedAt) : throw new DbUpdateConcurrencyException($"The deployment \"{row.Name}\" has just been deleted.");

    public static RevisionView Of(Revision row) => new(
        row.Number,
        row.Shares.OrderByDescending(share => share.Weight).ThenBy(share => share.Version.Model.Name, StringComparer.Ordinal).ThenBy(share => share.Version.Number)
            .Select(share => new TrafficShare(share.Version.Model.Name, share.Version.Number, share.Weight)).ToList(),
        row.Reason, row.RollbackOf, row.Batching, row.CreatedBy, row.CreatedAt,
        row.ShadowVersion is { } shadow ? new(shadow.Model.Name, shadow.Number, row.ShadowPercent!.Value) : null, row.Guard,
        [.. row.Comparisons.Select(Of).OrderBy(one => one.Model, StringComparer.Ordinal).ThenBy(one => one.Version).ThenBy(one => one.ShadowModel, StringComparer.Ordinal).ThenBy(one => one.ShadowVersion)],
        row.Provider, row.Provider == ExecutionProvider.Cuda && Cuda.Missing is { } why ? $"This revision asks for CUDA. The server computes it on the CPU, because {why}." : null,
        row.AnswersKeptDays);

    private static Comparison Of(ComparisonRow row) => new(
        row.Version.Model.Name, row.Version.Number, row.ShadowVersion.Model.Name, row.ShadowVersion.Number, row.Agreed, row.Disagreed, row.Failed, row.Dropped,
        row.Agreed + row.Disagreed + row.Failed is > 0 and var computed ? row.Milliseconds / computed : null);

    public static async Task<DeploymentView?> View(CatalogContext context, Guid teamId, string name, CancellationToken token) =>
        await context.Deployments.ForViews().SingleOrDefaultAsync(row => row.TeamId == teamId && row.Name == name, token) is { Revisions.Count: > 0 } row ? Of(row) : null;
}
