// What a metric's series comes to, as one row: for searching, sorting and columns, which cannot read a series for each of 100,000 runs.
namespace MaaS.Catalog.Experiments;

public sealed class RunMetric
{
    public required Guid RunId { get; init; }
    public required string Key { get; init; }
    public required Guid TeamId { get; init; }
    public required double Last { get; init; }

    /// <summary>NaN is neither; null when every value was.</summary>
    public double? Min { get; init; }
    public double? Max { get; init; }
}
