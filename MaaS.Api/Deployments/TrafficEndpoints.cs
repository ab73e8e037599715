// What was asked of a deployment in the past, and how far it has moved from what its models learned from.
using System.ComponentModel.DataAnnotations;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;
using MaaS.Inference;
using MaaS.Inference.Drift;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class TrafficEndpoints
{
    private const int MostPoints = 360;
    private const int MostMinutes = 30 * 24 * 60;

    public static void MapTraffic(this IEndpointRouteBuilder deployments)
    {
        deployments.MapGet("{deployment}/traffic", Traffic).WithSummary("Requests, errors and latency by minute and version, up to 30 days back");
        deployments.MapGet("{deployment}/drift", Drift).WithSummary("How far what is asked and answered has moved from the training, by version and column");
    }

    private static async Task<Results<Ok<TrafficView>, NotFoundProblem>> Traffic(
        string deployment, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token, [Range(1, MostMinutes)] int minutes = 60)
    {
        if (await Find(context, caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        var step = (minutes + MostPoints - 1) / MostPoints;
        var now = clock.GetUtcNow();
        // This minute is the last one of the range.
        var from = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero).AddMinutes(1 - minutes);
        var sums = await TrafficStore.Read(context, row.Id, from, step, token);
        var versions = await Versions(context, [.. sums.Select(sum => sum.VersionId).Distinct()], token);
        return TypedResults.Ok(new TrafficView(step,
        [
            .. versions.Select(version => new VersionTraffic(version.Model.Name, version.Number,
                [.. Steps(from, now, step).Select(at => Point(at, now, step, sums.SingleOrDefault(sum => sum.VersionId == version.Id && sum.Minute == at)))])),
        ]));
    }

    private static async Task<Results<Ok<DriftView>, NotFoundProblem>> Drift(
        string deployment, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token, [Range(1, 30 * 24)] int hours = 24)
    {
        if (await Find(context, caller, deployment, token) is not { } row)
            return DeploymentEndpoints.Missing(deployment);
        var since = clock.GetUtcNow().AddHours(-hours);
        var counted = await context.DriftHours.AsNoTracking().Where(hour => hour.DeploymentId == row.Id && hour.Hour > since).OrderBy(hour => hour.Hour).ToListAsync(token);
        var versions = await Versions(context, [.. counted.Select(hour => hour.VersionId).Distinct()], token);
        return TypedResults.Ok(new DriftView([.. versions.Where(version => version.Manifest.Reference is not null).Select(version => Of(version, counted.ToLookup(hour => (hour.VersionId, hour.Column))))]));
    }

    private static VersionDrift Of(ModelVersion version, ILookup<(Guid Version, int Column), DriftHour> counted)
    {
        var reference = version.Manifest.Reference!;
        IReadOnlyList<(DateTimeOffset, long[])> Hours(int column) => [.. counted[(version.Id, column)].Select(hour => (hour.Hour, hour.Counts))];
        return new VersionDrift(
            version.Model.Name, version.Number, counted[(version.Id, DriftHour.Answers)].Sum(hour => hour.Counts.Sum()),
            [.. reference.Columns.Select((column, place) => Stability.Of(column, Hours(place)))], Stability.Of(reference.Answers, Hours(DriftHour.Answers)));
    }

    private static IEnumerable<DateTimeOffset> Steps(DateTimeOffset from, DateTimeOffset now, int step)
    {
        for (var at = from; at <= now; at = at.AddMinutes(step))
            yield return at;
    }

    private static TrafficPoint Point(DateTimeOffset at, DateTimeOffset now, int step, TrafficMinute? sum)
    {
        var seconds = Math.Clamp((now - at).TotalSeconds, 1, 60 * step);
        if (sum is null)
            return new TrafficPoint(at, 0, 0, 0, 0, null, null, null);
        var all = sum.Requests + sum.Failures;
        return new TrafficPoint(
            at, sum.Requests, sum.Failures, sum.Rows, all / seconds, all == 0 ? null : (double)sum.Failures / all,
            LatencyHistogram.Quantile(sum.Buckets, 0.5), LatencyHistogram.Quantile(sum.Buckets, 0.99));
    }

    private static Task<Deployment?> Find(CatalogContext context, Caller caller, string deployment, CancellationToken token) =>
        context.Deployments.AsNoTracking().SingleOrDefaultAsync(row => row.TeamId == caller.TeamId && row.Name == deployment, token);

    private static async Task<IReadOnlyList<ModelVersion>> Versions(CatalogContext context, Guid[] ids, CancellationToken token) => await context.ModelVersions.AsNoTracking()
        .Include(version => version.Model).Where(version => ids.Contains(version.Id)).OrderBy(version => version.Model.Name).ThenBy(version => version.Number).ToListAsync(token);
}
