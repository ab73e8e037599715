// The friendly prediction call: named columns in, labels with probabilities (or values) out.
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace MaaS.Contracts.Inference;

/// <param name="Rows">One object per row: column name to value. A column left out, or null, is missing.</param>
/// <param name="TopK">Of a classifier: only so many probabilities, the highest.</param>
/// <param name="Threshold">Of a classifier: only probabilities of at least so much; a row where none is has no label.</param>
/// <param name="Labels">Of a classifier: only these of its labels; the most probable of them is the answer.</param>
public sealed record PredictRequest(
    [property: Required, MinLength(1), MaxLength(10_000)] IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Rows,
    [property: Range(1, 100_000)] int? TopK = null,
    [property: Range(0.0, 1.0)] double? Threshold = null,
    [property: MinLength(1), MaxLength(10_000)] IReadOnlyList<string>? Labels = null);

/// <param name="Predictions">In the order of the rows.</param>
/// <param name="Version">The version that answered this request.</param>
/// <param name="RequestId">What the truth is posted under, once it is known.</param>
public sealed record PredictResponse(
    string Deployment, string Model, int Version, int Revision, IReadOnlyList<Prediction> Predictions, string RequestId = "");

/// <param name="Label">The most probable class; null for regression.</param>
/// <param name="Probabilities">Of every class, adding up to 1; of those the request asks for, the highest first.</param>
/// <param name="Value">The predicted number; null for classification.</param>
/// <param name="Items">A recommender's best items that were not seen before, best first.</param>
/// <param name="Text">What a language model goes on with.</param>
/// <param name="Outputs">Of a model made elsewhere: each output by its name, a number, a text or lists of them.</param>
/// <param name="Error">Why this row is not answered, while others of the request are.</param>
public sealed record Prediction(
    string? Label = null,
    IReadOnlyDictionary<string, float>? Probabilities = null,
    float? Value = null,
    IReadOnlyList<ScoredItem>? Items = null,
    string? Text = null,
    IReadOnlyDictionary<string, JsonElement>? Outputs = null,
    string? Error = null);

public sealed record ScoredItem(string Item, float Score);
