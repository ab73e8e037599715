// How good a deployment's answers were, once the truth is known: posted by request id, computed by version and hour.
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace MaaS.Contracts.Deployments;

/// <summary>Truth for rows of requests whose answers are kept. What was posted before for the same row is replaced.</summary>
public sealed record PostGroundTruth([property: Required, MinLength(1), MaxLength(10_000)] IReadOnlyList<TruthRow> Rows);

/// <param name="RequestId">Of the answer: <c>request_id</c> of predict, <c>id</c> of the open protocol.</param>
/// <param name="Value">What was right: a label of the model that answered, or a number.</param>
/// <param name="Row">Of the request, from 0.</param>
public sealed record TruthRow([property: Required, StringLength(TruthRow.LongestId, MinimumLength = 1)] string RequestId, JsonElement Value, int Row = 0)
{
    public const int LongestId = 200;
}

/// <param name="Refusals">The first hundred; the rows they name were not taken, all others were.</param>
public sealed record GroundTruthResult(int Accepted, int Refused, IReadOnlyList<string> Refusals);

/// <param name="KeptDays">How long the newest revision keeps answers; 0 when it keeps none.</param>
/// <param name="Answers">Requests in the range whose answers are kept.</param>
/// <param name="WithTruth">Those of them with truth for at least one row.</param>
public sealed record QualityView(int KeptDays, long Answers, long WithTruth, IReadOnlyList<VersionQuality> Versions);

/// <param name="Whole">Over all hours of the range.</param>
/// <param name="Tested">The same figures on the test rows, where the version has them.</param>
/// <param name="Hours">Hours with truth, oldest first; an hour is that of the answers, not of the truth.</param>
public sealed record VersionQuality(string Model, int Version, QualityFigures Whole, IReadOnlyDictionary<string, double> Tested, IReadOnlyList<QualityPoint> Hours);

public sealed record QualityPoint(DateTimeOffset Hour, QualityFigures Figures);

/// <param name="Rows">With an answer and its truth.</param>
/// <param name="Accuracy">Share of right labels, 0 to 1; null of a model that answers numbers.</param>
/// <param name="Rmse">Root of the mean squared error, in the units of the number; null of a model that answers labels.</param>
/// <param name="Mae">Mean absolute error, likewise.</param>
public sealed record QualityFigures(long Rows, double? Accuracy, double? Rmse, double? Mae);
