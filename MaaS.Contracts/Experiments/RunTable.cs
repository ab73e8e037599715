// Runs as a table: which are found, in which order, with which columns; and what its rows hold.
using System.ComponentModel.DataAnnotations;
using MaaS.Contracts.Experiments.Search;
using MaaS.Contracts.Jobs;

namespace MaaS.Contracts.Experiments;

/// <summary>Which runs a list shows.</summary>
public enum RunShow
{
    Active,
    Archived,

    /// <summary>Those that can still be restored.</summary>
    Deleted,
}

/// <summary>The state of a table of runs: its address, and what a saved view keeps.</summary>
/// <param name="Sort">A column, as in <c>metrics.val_loss</c>; null is the time of creation.</param>
/// <param name="Columns">Null lets the table choose.</param>
/// <param name="Pinned">Columns that stay in sight beside the name.</param>
/// <param name="OnlyDiffering">Hides columns in which all runs are the same.</param>
public sealed record RunTable(
    [property: StringLength(SearchParser.LongestText)] string? Search = null,
    [property: StringLength(260)] string? Sort = null,
    bool Descending = true,
    [property: MaxLength(RunTable.MostColumns)] IReadOnlyList<string>? Columns = null,
    [property: MaxLength(RunTable.MostColumns)] IReadOnlyList<string>? Pinned = null,
    bool OnlyDiffering = false,
    RunShow Show = RunShow.Active)
{
    public const int MostColumns = 50;
}

/// <param name="Params">Those that were asked for; metrics and tags likewise.</param>
public sealed record RunRow(
    Guid Id,
    string Name,
    Guid ExperimentId,
    string ExperimentName,
    string Folder,
    JobState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyDictionary<string, MetricSummary> Metrics,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>A series in three figures; a final figure that is no series is all three.</summary>
/// <param name="Min">Null when every value is NaN.</param>
public sealed record MetricSummary(double Last, double? Min, double? Max)
{
    /// <summary>The smallest of what should be small, the largest of what should be large.</summary>
    public double? Best(string key) => MetricGoal.LessIsBetter(key) ? Min : Max;
}

/// <param name="Total">How many runs are found.</param>
public sealed record RunRows(IReadOnlyList<RunRow> Items, int Total);

/// <param name="Column">As in <c>metrics.val_loss</c>.</param>
/// <param name="Runs">How many of the runs have it.</param>
/// <param name="Differs">Whether it tells the runs apart: not all have it, or not all the same.</param>
public sealed record RunColumnUse(string Column, int Runs, bool Differs);

/// <param name="Runs">How many runs were looked at: the first of those found, at most a thousand.</param>
public sealed record RunColumns(IReadOnlyList<RunColumnUse> Items, int Runs);

/// <summary>A view of runs that a team keeps under a name.</summary>
/// <param name="ExperimentId">Null shows the runs of every experiment.</param>
public sealed record SavedView(Guid Id, string Name, Guid? ExperimentId, RunTable Table, string CreatedBy, DateTimeOffset CreatedAt);

public sealed record SaveView(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    RunTable Table,
    Guid? ExperimentId = null);
