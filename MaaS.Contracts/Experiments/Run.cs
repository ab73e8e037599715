// A run is the record that stays: what was asked, what was measured, what came out.
using System.ComponentModel.DataAnnotations;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;

namespace MaaS.Contracts.Experiments;

/// <param name="Job">The job that fills this run: its state, progress, attempt and error.</param>
/// <param name="Params">Every setting, flattened (<c>optimizer.learning_rate</c> = <c>0.001</c>), the derived ones too.</param>
/// <param name="Metrics">The last value of every metric series, and the final test figures (<c>test_accuracy</c>).</param>
/// <param name="Outcome">Null until the run succeeded.</param>
/// <param name="Sweep">Of the run of a sweep; its own runs stand beside it in the experiment.</param>
/// <param name="Compression">Of the run of a compress job: every variant so far; each is a version of the catalog.</param>
/// <param name="Environment">Device, threads, library versions, host.</param>
public sealed record RunView(
    Guid Id,
    Guid ExperimentId,
    string ExperimentName,
    string Name,
    JobView Job,
    Guid? DatasetVersionId,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    string? Notes,
    IReadOnlyDictionary<string, string>? Environment,
    RunOutcome? Outcome,
    DateTimeOffset CreatedAt,
    SweepReport? Sweep = null,
    CompressionReport? Compression = null,
    DateTimeOffset? ArchivedAt = null);

/// <summary>What a successful training run left: a package that can be registered, and where it is registered already.</summary>
public sealed record RunOutcome(Models.ModelManifest Manifest, string? Model = null, int? Version = null);

/// <param name="Notes">Null leaves them as they are; an empty text takes them away.</param>
/// <param name="Tags">All of them; null leaves them as they are.</param>
public sealed record UpdateRun(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: StringLength(20_000)] string? Notes = null,
    IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>One measured value as a worker reports it.</summary>
/// <param name="Step">The optimizer's step, or the epoch for per-epoch figures; never decreasing within a key.</param>
public sealed record MetricPoint(string Key, long Step, double Value, DateTimeOffset At);

/// <summary>A series thinned for drawing: real points, at least each bucket's minimum and maximum among them.</summary>
/// <param name="Count">How many points are stored.</param>
public sealed record MetricSeries(string Key, long Count, IReadOnlyList<MetricSample> Points);

public sealed record MetricSample(long Step, double Value, DateTimeOffset At);

public sealed record LogLine(long Number, DateTimeOffset At, string Text);

/// <param name="Path">Relative, with forward slashes: <c>model/model.onnx</c>.</param>
public sealed record ArtifactView(string Path, long Bytes, string Sha256);
