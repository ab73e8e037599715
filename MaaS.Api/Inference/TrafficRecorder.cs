// What this process has counted of its deployments on its way to PostgreSQL: the differences since the last time, every quarter of a minute and
// once more at the end. While PostgreSQL is away they add up, and come into the minute in which it is back. Setting: Serving:RecordSeconds (15).
using MaaS.Catalog;
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Inference;

internal sealed class TrafficRecorder(ServingCounts counts, TrafficStore store, TimeProvider clock, IConfiguration configuration, ILogger<TrafficRecorder> logger)
    : PeriodicStore(TimeSpan.FromSeconds(configuration.GetValue("Serving:RecordSeconds", 15.0)), clock)
{
    private readonly TimeProvider _clock = clock;
    private Dictionary<ServingCount, Recorded> _stored = [];

    protected override async Task Store(CancellationToken token)
    {
        var now = _clock.GetUtcNow();
        var minute = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        var hour = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero);
        var counted = counts.All.ToDictionary(count => count, Recorded.Of);
        var differences = counted.Select(one => (Count: one.Key, Since: one.Value.Since(_stored.GetValueOrDefault(one.Key)))).ToList();
        try
        {
            await store.Add(
                differences.Where(one => one.Since.Any).Select(one => one.Since.Minute(one.Count, minute)),
                differences.SelectMany(one => one.Since.Hours(one.Count, hour)), token);
            _stored = counted;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (!Outage.Is(error))
                logger.LogError(error, "Traffic could not be stored; it is kept for the next time");
        }
    }

    /// <summary>Every number that is counted, at one moment; or between two.</summary>
    private sealed record Recorded(long[] Buckets, long Failures, long Rows, IReadOnlyList<(int Column, long[] Counts)> Columns)
    {
        public bool Any => Failures > 0 || Buckets.Any(bucket => bucket > 0);

        public static Recorded Of(ServingCount count) => new(
            count.RequestTimes.Counts, Enum.GetValues<Failure>().Sum(count.Failed), count.Rows,
            count.Drift is { } drift ? [.. drift.Columns.Select((column, place) => (place, column.Counts)), (DriftHour.Answers, drift.Answers.Counts)] : []);

        public Recorded Since(Recorded? before) => before is null ? this : new(
            Difference(Buckets, before.Buckets), Failures - before.Failures, Rows - before.Rows,
            before.Columns.Count == 0 ? Columns : [.. Columns.Zip(before.Columns, (now, then) => (now.Column, Difference(now.Counts, then.Counts)))]);

        public TrafficMinute Minute(ServingCount count, DateTimeOffset minute) => new()
        {
            DeploymentId = count.DeploymentId,
            VersionId = count.VersionId,
            Minute = minute,
            Requests = Buckets.Sum(),
            Failures = Failures,
            Rows = Rows,
            Buckets = Buckets,
        };

        public IEnumerable<DriftHour> Hours(ServingCount count, DateTimeOffset hour) => Columns.Where(column => column.Counts.Any(bin => bin > 0)).Select(column => new DriftHour
        {
            DeploymentId = count.DeploymentId,
            VersionId = count.VersionId,
            Hour = hour,
            Column = column.Column,
            Counts = column.Counts,
        });

        private static long[] Difference(long[] now, long[] then) => [.. now.Zip(then, (one, other) => one - other)];
    }
}
