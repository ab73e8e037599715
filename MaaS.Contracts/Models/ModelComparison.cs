// Two to four versions of models beside one another: what they are worth, what callers would notice, what they come from, where they serve.
using System.ComponentModel.DataAnnotations;
using MaaS.Contracts.Experiments;

namespace MaaS.Contracts.Models;

/// <param name="Versions">Each once, as a rule two or more; the first is what the others are held against.</param>
public sealed record CompareVersions(
    [property: Required, MinLength(1), MaxLength(CompareVersions.Most)] IReadOnlyList<VersionName> Versions)
{
    /// <summary>More do not fit beside one another.</summary>
    public const int Most = 4;
}

public sealed record VersionName([property: Required, Slug] string Model, [property: Range(1, int.MaxValue)] int Version);

/// <param name="SameTest">Whether all were measured on the same rows; otherwise their figures say little about which is better.</param>
/// <param name="Figures">Those that one of them has at least.</param>
/// <param name="Settings">Of the runs they came from, those that are not the same in all.</param>
public sealed record ModelComparison(
    IReadOnlyList<ComparedModel> Versions, bool SameTest, IReadOnlyList<ComparedFigure> Figures, IReadOnlyList<ComparedSetting> Settings);

/// <param name="RunName">Null when the run is gone, or there was none.</param>
/// <param name="Dataset">That it learned from; null likewise.</param>
/// <param name="Deployments">Where it serves, or once did.</param>
/// <param name="Measured">As a compress job timed it; null when none did.</param>
/// <param name="Served">Of the last seven days; null when it was not asked.</param>
/// <param name="Changes">What callers of the first version would notice; empty of the first.</param>
public sealed record ComparedModel(
    ModelVersionView Version, string? RunName, LineageDataset? Dataset, IReadOnlyList<LineageDeployment> Deployments,
    MeasuredTimes? Measured, ServedTimes? Served, IReadOnlyList<SignatureChange> Changes);

/// <summary>Milliseconds for one row, on a machine at rest.</summary>
public sealed record MeasuredTimes(double P50Ms, double P99Ms, string Machine);

/// <summary>Milliseconds for a request, as callers had it.</summary>
public sealed record ServedTimes(double P50Ms, double P99Ms, long Requests);

/// <param name="Values">In the order of the versions; null of one that has no such figure.</param>
/// <param name="Best">Its place; null when they are equal, or only one has the figure.</param>
/// <param name="IsClear">Whether the best one's interval lies apart from all others': more than chance. Null where an interval is not known.</param>
public sealed record ComparedFigure(string Measure, bool LessIsBetter, IReadOnlyList<FigureInterval?> Values, int? Best = null, bool? IsClear = null);

/// <param name="Low">With <paramref name="High"/> the 95 % confidence interval; null where what was kept is too little to tell.</param>
public sealed record FigureInterval(double Value, double? Low = null, double? High = null);

/// <param name="Values">In the order of the versions; null of one whose run had no such setting.</param>
public sealed record ComparedSetting(string Key, IReadOnlyList<string?> Values);
