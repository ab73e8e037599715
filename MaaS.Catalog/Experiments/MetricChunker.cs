// Packs one attempt's points into numbered chunks. Knows how points are grouped, not where they go.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;

namespace MaaS.Catalog.Experiments;

/// <summary>One per attempt; not for several threads at once.</summary>
public sealed class MetricChunker(JobLease lease, Guid runId)
{
    /// <summary>The number of the newest chunk made; what a checkpoint remembers.</summary>
    public long Number { get; private set; } = (long)lease.Attempt << 32;

    /// <summary>Chunks of these points, per key in their order.</summary>
    public IReadOnlyList<MetricChunk> Pack(IReadOnlyList<MetricPoint> points) => points
        .GroupBy(point => point.Key, StringComparer.Ordinal)
        .SelectMany(series => series.Chunk(MetricChunk.MaxPoints))
        .Select(Pack)
        .ToList();

    private MetricChunk Pack(MetricPoint[] points)
    {
        var steps = Array.ConvertAll(points, point => point.Step);
        var values = Array.ConvertAll(points, point => point.Value);
        var at = Array.ConvertAll(points, point => point.At.UtcDateTime);
        var outline = Thinning.Outline(0, points.Length, i => values[i]);
        var thinner = outline.Count < points.Length;
        return new()
        {
            RunId = runId,
            Number = ++Number,
            Key = points[0].Key,
            Count = points.Length,
            Steps = steps,
            Values = values,
            At = at,
            OutlineSteps = thinner ? Pick(steps) : null,
            OutlineValues = thinner ? Pick(values) : null,
            OutlineAt = thinner ? Pick(at) : null,
        };

        T[] Pick<T>(T[] all) => outline.Select(i => all[i]).ToArray();
    }
}
