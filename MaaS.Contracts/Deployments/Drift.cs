// How far what a deployment is asked, and answers, has moved from what its models learned from.
namespace MaaS.Contracts.Deployments;

public sealed record DriftView(IReadOnlyList<VersionDrift> Versions);

/// <param name="Rows">Rows that were looked at: a sample of those that were answered.</param>
/// <param name="Columns">What is asked, in the order of the model's inputs.</param>
/// <param name="Answers">What is answered, against the answers on the test rows.</param>
public sealed record VersionDrift(string Model, int Version, long Rows, IReadOnlyList<ColumnDrift> Columns, ColumnDrift Answers);

/// <summary>
/// One column's values in bins: their share now against their share in training. The population stability index is the sum over the bins of
/// (now - then) * ln(now / then), each share being at least 0.0001: below 0.1 nothing to speak of has changed, from 0.25 on it is another
/// population (Siddiqi 2006, "Credit Risk Scorecards"). It is symmetric and at least 0.
/// </summary>
/// <param name="Psi">Over the values that are there, unknown categories being one more bin; null of fewer than 200 rows, whose chance alone would move it.</param>
/// <param name="Missing">Share of rows without a value, 0 to 1.</param>
/// <param name="Unseen">Share of rows with a category that training did not know, 0 to 1; null of numbers.</param>
/// <param name="Sentence">The verdict in plain words.</param>
/// <param name="Hours">The index hour by hour, for hours with 200 rows and more.</param>
public sealed record ColumnDrift(
    string Column, DriftVerdict Verdict, string Sentence, double? Psi, double Missing, double MissingThen, double? Unseen,
    IReadOnlyList<DriftBin> Bins, IReadOnlyList<DriftPoint> Hours);

public enum DriftVerdict { TooFew, Stable, Moderate, Shifted }

/// <param name="Values">A category, or a range: "up to 3.5", "3.5 to 7", "above 7".</param>
public sealed record DriftBin(string Values, double Then, double Now);

public sealed record DriftPoint(DateTimeOffset Hour, double Psi);
