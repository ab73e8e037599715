// Two versions of a dataset beside one another, from what their profile jobs stored: how many rows, which columns, and whose values moved.
using MaaS.Contracts.Deployments;

namespace MaaS.Contracts.Datasets;

/// <param name="Before">What it is compared with.</param>
/// <param name="SameFile">Whether both are the same bytes; they may be read differently.</param>
/// <param name="Columns">In the order of the later version, and after them those that are gone.</param>
public sealed record DatasetDifferences(ComparedVersion Before, ComparedVersion After, bool SameFile, IReadOnlyList<ColumnDifference> Columns);

/// <param name="Missing">Share of the cells without a value, 0 to 1.</param>
public sealed record ComparedVersion(DatasetVersionView Version, long Rows, double Missing, ImageSummary? Images = null, TextSummary? Text = null);

/// <param name="Before">Null of a column that was added.</param>
/// <param name="After">Null of a column that is gone.</param>
/// <param name="Psi">
/// The population stability index (<see cref="ColumnDrift"/>) over the values that are there. Of numbers the least that the two stored
/// histograms allow, so that it never tells of a change that there was none; null of free texts and images, of a column that one version
/// lacks, and of too few values.
/// </param>
/// <param name="Verdict">Null where values are not held against one another at all.</param>
/// <param name="Values">Of categories and of yes or no.</param>
public sealed record ColumnDifference(
    string Name, ColumnChange Change, ColumnProfile? Before, ColumnProfile? After, double? Psi = null, DriftVerdict? Verdict = null, ValueDifference? Values = null);

public enum ColumnChange { Kept, Retyped, Added, Removed }

/// <summary>A profile keeps the 20 most frequent values; of a column with more, what came and went cannot be told.</summary>
/// <param name="Gained">Those that the earlier version did not have at all.</param>
/// <param name="Lost">Those that the later version no longer has.</param>
/// <param name="Whole">Whether both lists are all there is.</param>
public sealed record ValueDifference(IReadOnlyList<string> Gained, IReadOnlyList<string> Lost, bool Whole);
