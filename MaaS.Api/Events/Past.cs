// What happened to a numbered source since a number, read by one stream for itself: what came before it was opened, and, if it is slower
// than what is written, what the shared reader no longer holds.
using System.Runtime.CompilerServices;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Events;

internal sealed class Past(IDbContextFactory<CatalogContext> contexts, MetricStore metrics, JobLog log)
{
    private const int LinesAtOnce = 500;
    private const int PointsAtOnce = 2000;

    // A longer past arrives thinned, as a drawing would show it; of many series each with fewer points.
    private const int LongestPast = 50_000;
    private const int LeastPoints = 20;
    private const int MostPoints = 1000;

    /// <returns>Events with the number that is reached after each; a null event only moves the number.</returns>
    public IAsyncEnumerable<(long Number, LiveEvent? Event)> Read(Source source, string[]? keys, long number, CancellationToken token) =>
        source.Kind == TopicKind.Log ? Lines(source.Id, number, token) : Points(source.Id, keys, number, token);

    private async IAsyncEnumerable<(long, LiveEvent?)> Lines(Guid job, long number, [EnumeratorCancellation] CancellationToken token)
    {
        while (await log.Read(job, number, LinesAtOnce, token) is { Count: > 0 } lines)
            yield return (number = lines[^1].Number, new JobLogEvent(job, lines));
    }

    private async IAsyncEnumerable<(long, LiveEvent?)> Points(Guid run, string[]? keys, long number, [EnumeratorCancellation] CancellationToken token)
    {
        // A run's chunks become visible in the order of their numbers. So whatever is missed below comes after this one, and is the shared
        // reader's; with it the number also passes the chunks of series that nobody asked for.
        var newest = await metrics.Newest(run, token);
        if (number == 0 && await SeriesOfLongPast(run, keys, token) is { } count)
        {
            var series = await metrics.Query(run, keys, Math.Clamp(LongestPast / count, LeastPoints, MostPoints), token);
            // The number stays where it is until all are told: whoever is cut off between them begins again.
            foreach (var one in series)
                yield return (0, Of(run, one.Points.Select(point => new MetricPoint(one.Key, point.Step, point.Value, point.At))));
            yield return (number = newest, null);
        }
        while (await metrics.After([(run, number)], keys, token) is { Count: > 0 } stored)
        {
            foreach (var some in Portions(stored))
                yield return (number = some[^1].Number, Of(run, some.SelectMany(chunk => chunk.Points)));
        }
        if (newest > number)
            yield return (newest, null);
    }

    private static IEnumerable<List<StoredPoints>> Portions(IReadOnlyList<StoredPoints> stored)
    {
        var portion = new List<StoredPoints>();
        var points = 0;
        foreach (var chunk in stored)
        {
            portion.Add(chunk);
            if ((points += chunk.Points.Count) < PointsAtOnce)
                continue;
            yield return portion;
            (portion, points) = ([], 0);
        }
        if (portion.Count > 0)
            yield return portion;
    }

    private static JobMetricsEvent Of(Guid run, IEnumerable<MetricPoint> points) => new(run, [.. points]);

    /// <summary>How many series a run has whose past is too long to be told point by point; null for all others.</summary>
    private async Task<int?> SeriesOfLongPast(Guid run, string[]? keys, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var chunks = context.MetricChunks.Where(chunk => chunk.RunId == run);
        if (keys?.ToList() is { } wanted)
            chunks = chunks.Where(chunk => wanted.Contains(chunk.Key));
        return await chunks.SumAsync(chunk => (long)chunk.Count, token) <= LongestPast ? null : await chunks.Select(chunk => chunk.Key).Distinct().CountAsync(token);
    }
}
