// How far what a deployment is asked has moved from what its versions learned from, by the hours that were counted.
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;
using MaaS.Inference.Drift;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class DriftOf
{
    /// <returns>Of versions that kept what they learned from.</returns>
    public static async Task<IReadOnlyList<VersionDrift>> Deployment(CatalogContext context, Guid deployment, DateTimeOffset since, CancellationToken token)
    {
        var counted = await context.DriftHours.AsNoTracking().Where(hour => hour.DeploymentId == deployment && hour.Hour > since).OrderBy(hour => hour.Hour).ToListAsync(token);
        var versions = await Versions(context, [.. counted.Select(hour => hour.VersionId).Distinct()], token);
        return [.. versions.Where(version => version.Manifest.Reference is not null).Select(version => Version(version, counted.ToLookup(hour => (hour.VersionId, hour.Column))))];
    }

    public static async Task<IReadOnlyList<ModelVersion>> Versions(CatalogContext context, Guid[] ids, CancellationToken token) => await context.ModelVersions.AsNoTracking()
        .Include(version => version.Model).Where(version => ids.Contains(version.Id)).OrderBy(version => version.Model.Name).ThenBy(version => version.Number).ToListAsync(token);

    private static VersionDrift Version(ModelVersion version, ILookup<(Guid Version, int Column), DriftHour> counted)
    {
        var reference = version.Manifest.Reference!;
        IReadOnlyList<(DateTimeOffset, long[])> Hours(int column) => [.. counted[(version.Id, column)].Select(hour => (hour.Hour, hour.Counts))];
        return new VersionDrift(
            version.Model.Name, version.Number, counted[(version.Id, DriftHour.Answers)].Sum(hour => hour.Counts.Sum()),
            [.. reference.Columns.Select((column, place) => Stability.Of(column, Hours(place)))], Stability.Of(reference.Answers, Hours(DriftHour.Answers)));
    }
}
