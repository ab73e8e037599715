// Up to 512 consecutive points of one series as one row. A row for each point takes eight times the bytes and twenty times as long
// to draw a million from; docs/lab-notes.md has the figures. In SQL: select unnest(steps), unnest(values) from metric_chunks.
namespace MaaS.Catalog.Experiments;

public sealed class MetricChunk
{
    public const int MaxPoints = 512;

    public required Guid RunId { get; init; }

    /// <summary>Rises with time within the run, over all its keys: attempt * 2^32 + a count, so a later attempt's are always larger.</summary>
    public required long Number { get; init; }
    public required string Key { get; init; }
    public required int Count { get; init; }

    /// <summary>The points, in the order they were measured; all three have <see cref="Count"/> elements.</summary>
    public required long[] Steps { get; init; }
    public required double[] Values { get; init; }
    public required DateTime[] At { get; init; }

    /// <summary>The points a drawing cannot do without: first, last, smallest, largest, first NaN. Null when that is all of them.</summary>
    public long[]? OutlineSteps { get; init; }
    public double[]? OutlineValues { get; init; }
    public DateTime[]? OutlineAt { get; init; }
}
