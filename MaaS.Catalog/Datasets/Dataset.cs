// Rows of datasets and their immutable versions.
using MaaS.Contracts.Datasets;

namespace MaaS.Catalog.Datasets;

public sealed class Dataset
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; set; }
    public string? Description { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<DatasetVersion> Versions { get; } = [];
}

/// <summary>Everything but the outcome of profiling is fixed at upload.</summary>
public sealed class DatasetVersion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public Guid DatasetId { get; init; }
    public Dataset Dataset { get; init; } = null!;
    public required int Number { get; init; }
    public DatasetState State { get; set; } = DatasetState.Profiling;
    public required string FileName { get; init; }
    public required long Bytes { get; init; }
    public required string Sha256 { get; init; }
    public required ReadingOptions Reading { get; init; }
    public DatasetProfile? Profile { get; set; }
    public long? RowCount { get; set; }
    public int? ColumnCount { get; set; }
    public Guid? ProfileJobId { get; set; }
    public string? Error { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}
