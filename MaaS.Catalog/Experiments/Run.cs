// The row of a run: the record that stays after its job is done. Its series are MetricChunk rows, its log its job's.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Sweeps;

namespace MaaS.Catalog.Experiments;

public sealed class Run
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required Guid ExperimentId { get; set; }
    public Experiment Experiment { get; init; } = null!;
    public required Guid JobId { get; init; }
    public Job Job { get; init; } = null!;
    public required string Name { get; set; }
    public Guid? DatasetVersionId { get; init; }
    public Dictionary<string, string> Params { get; set; } = [];
    public Dictionary<string, double> Metrics { get; set; } = [];
    public Dictionary<string, string> Tags { get; set; } = [];
    public string? Notes { get; set; }
    public Dictionary<string, string>? Environment { get; set; }

    /// <summary>Set with success; the package's files are the run's artifacts under <c>model/</c>.</summary>
    public ModelManifest? Manifest { get; set; }

    /// <summary>Of a sweep's own run: the runs it made.</summary>
    public SweepReport? Sweep { get; set; }

    /// <summary>Of a compress job's run: what it found so far.</summary>
    public CompressionReport? Compression { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Kept, but out of the way: lists show it only when asked.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }

    /// <summary>Gone for everybody, yet restorable until Retention really deletes it. Queries leave it out by themselves.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
    public List<Artifact> Artifacts { get; } = [];
}

/// <summary>A file of a run; its bytes are a blob of the artifact store.</summary>
public sealed class Artifact
{
    public required Guid RunId { get; init; }
    public required string Path { get; init; }
    public required string Sha256 { get; init; }
    public required long Bytes { get; init; }
}
