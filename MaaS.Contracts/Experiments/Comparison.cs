// Several runs beside one another: what a comparison shows of each, and their series in one request.
using System.ComponentModel.DataAnnotations;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;

namespace MaaS.Contracts.Experiments;

/// <param name="Runs">Each once.</param>
public sealed record CompareRuns(
    [property: Required, MinLength(1), MaxLength(CompareRuns.Most)] IReadOnlyList<Guid> Runs)
{
    /// <summary>How many runs can be compared at once.</summary>
    public const int Most = 100;
}

/// <summary>A run without what only its own page shows.</summary>
/// <param name="Metrics">The last value of every series, and the final test figures.</param>
/// <param name="Labels">Class names in the order of the confusion matrix; null where there is none.</param>
/// <param name="ConfusionMatrix">Of the test split: rows are the truth, columns the prediction.</param>
/// <param name="Compression">Of the run of a compress job.</param>
public sealed record ComparedRun(
    Guid Id,
    string Name,
    string ExperimentName,
    JobState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<string>? Labels = null,
    IReadOnlyList<IReadOnlyList<long>>? ConfusionMatrix = null,
    CompressionReport? Compression = null);

/// <summary>Series of several runs, all thinned alike.</summary>
/// <param name="Keys">Only these; a run that has none of them answers with an empty list.</param>
/// <param name="Points">About how many points each series may have.</param>
public sealed record QueryMetrics(
    [property: Required, MinLength(1), MaxLength(CompareRuns.Most)] IReadOnlyList<Guid> Runs,
    [property: Required, MinLength(1), MaxLength(QueryMetrics.MostKeys)] IReadOnlyList<string> Keys,
    [property: Range(2, 10_000)] int Points = 500)
{
    public const int MostKeys = 50;
}

/// <param name="Series">By key.</param>
public sealed record RunSeries(Guid RunId, IReadOnlyList<MetricSeries> Series);

/// <summary>What a list of a run's series says of one.</summary>
/// <param name="Count">How many points are stored.</param>
/// <param name="Step">Of the last value.</param>
public sealed record MetricKey(string Key, long Count, long Step, double Last);
