// What happened to a job since a position: its state when it changed, new metric points, new log lines; the final state last.
// Polls: three indexed reads each round, which a worker's writes need not know about. A database that is away is waited for.
using System.Globalization;
using System.Runtime.CompilerServices;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

/// <summary>How far a follower has seen: the newest metric chunk and the newest log line.</summary>
internal readonly record struct FeedPosition(long Chunk, long Line)
{
    public static FeedPosition Start => default;

    public static bool TryParse(string text, out FeedPosition position)
    {
        position = default;
        if (text.Split('-') is not [var chunk, var line]
            || !long.TryParse(chunk, NumberStyles.None, CultureInfo.InvariantCulture, out var c)
            || !long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var l))
            return false;
        position = new(c, l);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chunk}-{Line}");
}

internal sealed class JobFeed(IDbContextFactory<CatalogContext> contexts, MetricStore metrics, JobLog log)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(300);

    private const int LinesAtOnce = 500;
    private const int PointsAtOnce = 2000;

    // A longer past arrives thinned, as a drawing would show it; of many series each with fewer points.
    private const int LongestPast = 50_000;
    private const int LeastPoints = 20;
    private const int MostPoints = 1000;

    /// <param name="keys">Points of these series only; null for all.</param>
    /// <returns>Events with the position after each; a null event is a round in which nothing happened.</returns>
    public async IAsyncEnumerable<(FeedPosition Position, JobEvent? Event)> Follow(
        Guid jobId, FeedPosition position, string[]? keys, [EnumeratorCancellation] CancellationToken token)
    {
        JobView? shown = null;
        while (true)
        {
            var round = await Round(jobId, position, keys, shown, token);
            foreach (var (next, item) in round.Events)
                yield return (position = next, item);
            shown = round.Job ?? shown;
            if (round.Ended)
                yield break;
            if (round.Events.Count == 0)
                yield return (position, null);
            await Task.Delay(s_poll, token);
        }
    }

    private sealed record Happened(JobView? Job, IReadOnlyList<(FeedPosition, JobEvent)> Events, bool Ended);

    private async Task<Happened> Round(Guid jobId, FeedPosition position, string[]? keys, JobView? shown, CancellationToken token)
    {
        try
        {
            // The job is read first: what was written before it ended is then certainly seen below. Its last lines come through
            // the worker a moment after its end, so whoever saw it running is told of the end one round later.
            await using var context = await contexts.CreateDbContextAsync(token);
            var row = await context.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == jobId, token);
            if (row is null)
                return new(null, [], true);
            var job = await JobViews.Of(context, row, token);
            var ended = job.State.HasEnded() && (shown is null || shown.State.HasEnded());
            var events = new List<(FeedPosition, JobEvent)>();
            // A spec never changes, and two readings of it are equal only by content.
            if (!job.State.HasEnded() && (shown is null || job with { Spec = shown.Spec } != shown))
                events.Add((position, new JobStateEvent(job)));
            position = await AddPoints(context, job.RunId, keys, position, events, token);
            position = await AddLines(jobId, position, events, token);
            if (ended)
                events.Add((position, new JobStateEvent(job)));
            return new(job, events, ended);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            return new(null, [], false);
        }
    }

    private async Task<FeedPosition> AddPoints(
        CatalogContext context, Guid? run, string[]? keys, FeedPosition position, List<(FeedPosition, JobEvent)> events, CancellationToken token)
    {
        if (run is not { } runId)
            return position;
        if (position.Chunk == 0 && await Past(context, runId, keys, token) is (var newest, var count))
        {
            var series = await metrics.Query(runId, keys, Math.Clamp(LongestPast / count, LeastPoints, MostPoints), token);
            position = position with { Chunk = newest };
            events.AddRange(series.Select(one => (position, (JobEvent)new JobMetricsEvent(
                one.Points.Select(point => new MetricPoint(one.Key, point.Step, point.Value, point.At)).ToList()))));
            return position;
        }
        while (true)
        {
            var (points, number) = await metrics.After(runId, position.Chunk, keys, token);
            if (points.Count == 0)
                return position;
            // All but the last keep the old position: a follower cut off between them gets them again, never too few.
            foreach (var some in points.Chunk(PointsAtOnce))
                events.Add((position, new JobMetricsEvent(some)));
            position = position with { Chunk = number };
            events[^1] = (position, events[^1].Item2);
        }
    }

    private async Task<FeedPosition> AddLines(Guid jobId, FeedPosition position, List<(FeedPosition, JobEvent)> events, CancellationToken token)
    {
        while (await log.Read(jobId, position.Line, LinesAtOnce, token) is { Count: > 0 } lines)
        {
            position = position with { Line = lines[^1].Number };
            events.Add((position, new JobLogEvent(lines)));
        }
        return position;
    }

    /// <summary>Of a run whose past is too long to replay, its newest chunk and how many series it has; null for all others.</summary>
    private static async Task<(long Newest, int Series)?> Past(CatalogContext context, Guid run, string[]? keys, CancellationToken token)
    {
        var chunks = context.MetricChunks.Where(chunk => chunk.RunId == run);
        if (keys?.ToList() is { } wanted)
            chunks = chunks.Where(chunk => wanted.Contains(chunk.Key));
        if (await chunks.SumAsync(chunk => (long)chunk.Count, token) <= LongestPast)
            return null;
        return (await chunks.MaxAsync(chunk => chunk.Number, token), await chunks.Select(chunk => chunk.Key).Distinct().CountAsync(token));
    }
}
