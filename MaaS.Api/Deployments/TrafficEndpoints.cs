// What was asked of a deployment in the past, and how far it has moved from what its models learned from.
using System.ComponentModel.DataAnnotations;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Deployments;
using MaaS.Inference;
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
        var versions = await DriftOf.Versions(context, [.. sums.Select(sum => sum.VersionId).Distinct()], token);
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
        return TypedResults.Ok(new DriftView(await DriftOf.Deployment(context, row.Id, since, token)));
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
}
