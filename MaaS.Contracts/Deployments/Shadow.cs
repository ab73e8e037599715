// A version that computes what others answer: it is compared with them, and nobody ever gets its answers.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Deployments;

/// <param name="Version">Of the same task as those that answer, and none of them.</param>
/// <param name="Percent">Of the requests, that it computes too.</param>
public sealed record Shadow(
    [property: Required, Slug] string Model,
    [property: Range(1, int.MaxValue)] int Version,
    [property: Range(1, 100)] int Percent = 100);

/// <summary>
/// How a shadow's answers compare, counted in requests. They agree when all their rows do: a classifier's labels are the same, values differ by
/// at most 1 %, a recommender's best items are the same, and all other answers differ by at most 0.001 (of the number, where it is above 1).
/// </summary>
/// <param name="Model">The version that answered.</param>
/// <param name="ShadowModel">The version that was compared with it.</param>
/// <param name="Failed">The shadow could not answer them.</param>
/// <param name="Dropped">The shadow had no time for them.</param>
/// <param name="MeanMs">What the shadow took for one; null before the first.</param>
public sealed record Comparison(
    string Model, int Version, string ShadowModel, int ShadowVersion, long Agreed, long Disagreed, long Failed, long Dropped, double? MeanMs);
