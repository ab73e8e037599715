// What a caller wants to see of a classifier's answer: the best few labels, those above a threshold, some of them only; the highest first. Whoever asks
// for none of it gets all, in the order of the model's labels.
using MaaS.Contracts.Inference;

namespace MaaS.Api.Inference;

internal static class Presentation
{
    /// <summary>Why it cannot be shown so; null when it can.</summary>
    /// <param name="labels">Of the model; null when it is no classifier.</param>
    public static string? Refusal(PredictRequest request, IReadOnlyList<string>? labels) =>
        labels is null && (request.TopK ?? request.Threshold ?? request.Labels?.Count) is not null
            ? $"{(request.TopK is not null ? "top_k" : request.Threshold is not null ? "threshold" : "labels")} is about the labels of a classifier; this model gives none, so leave it out."
            : request.Labels?.Except(labels!).FirstOrDefault() is { } unknown
                ? $"labels names \"{unknown}\", which is no label of this model; it has {string.Join(", ", labels!)}." : null;

    public static IReadOnlyList<Prediction> Of(PredictRequest request, IReadOnlyList<Prediction> predictions) =>
        request is { TopK: null, Threshold: null, Labels: null } ? predictions : Shown(request, predictions, request.Labels?.ToHashSet(StringComparer.Ordinal));

    private static IReadOnlyList<Prediction> Shown(PredictRequest request, IReadOnlyList<Prediction> predictions, HashSet<string>? labels) =>
        [.. predictions.Select(prediction => Of(request, prediction, labels))];

    private static Prediction Of(PredictRequest request, Prediction prediction, HashSet<string>? labels)
    {
        if (prediction.Probabilities is not { } all)
            return prediction;
        var shown = all.Where(label => labels?.Contains(label.Key) != false && label.Value >= (request.Threshold ?? 0))
            .OrderByDescending(label => label.Value).Take(request.TopK ?? int.MaxValue).ToDictionary();
        // Of equal probabilities the graph has chosen one already.
        return prediction with { Label = shown.ContainsKey(prediction.Label!) ? prediction.Label : shown.Keys.FirstOrDefault(), Probabilities = shown };
    }
}
