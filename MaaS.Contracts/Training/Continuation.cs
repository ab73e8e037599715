// A training that goes on from a model version: what is the version's and stays so, and what may be said anew. Its weights are where the
// training begins; columns, categories, bins, vocabulary, tokens and classes are its own, so what goes in and comes out keeps its meaning.
// One set of rules for the API, which refuses, and the engine, which trains. Knows specifications alone.
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MaaS.Contracts.Training;

public static class Continuation
{
    // As people write it: a sentence is read, not parsed.
    private static readonly JsonSerializerOptions s_shown = new(MaaSJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Why it cannot go on from there: a sentence naming the field, both values and what is allowed. Null when it can.</summary>
    /// <param name="source">The version's own settings, every value filled in; null when it has none, as one made elsewhere.</param>
    public static string? Refusal(TrainingSpec training, TrainingSpec? source) => (training, source) switch
    {
        (TabularTraining own, TabularTraining its) => Other("target", own.Target, its.Target) ?? Other("features", own.Features?.Order(StringComparer.Ordinal), its.Features?.Order(StringComparer.Ordinal))
            ?? Other("goal", own.Goal == TabularGoal.Auto ? its.Goal : own.Goal, its.Goal) ?? Other("network", own.Network, its.Network),
        (ImageTraining own, ImageTraining its) => Other("size", own.Size, its.Size) ?? Other("network", own.Network, its.Network),
        (TextTraining own, TextTraining its) => Other("text", own.Text, its.Text) ?? Other("target", own.Target, its.Target) ?? Other("network", own.Network, its.Network),
        (LanguageTraining own, LanguageTraining its) => Other("tokenizer", own.Tokenizer, its.Tokenizer) ?? Other("network", own.Network, its.Network),
        (RecommendationTraining, RecommendationTraining { Network: LinearAutoencoder or BiasedFactorization } its) =>
            $"training.from is a version whose network is {Json(its.Network)}: it is solved from all events at once, which leaves nothing to go on from; train anew on all of them.",
        (RecommendationTraining own, RecommendationTraining its) => Other("network", own.Network, its.Network),
        (_, null) => "training.from is a version made elsewhere, which does not say how it was trained, so there is nothing to go on from; train anew without training.from.",
        _ => $"training.task is {TaskOf(training)}, but training.from is a version of the task {TaskOf(source)}; choose a version of the same task.",
    };

    /// <summary>The training with what it left open taken from the version; the same rows are held out, unless it says otherwise.</summary>
    /// <exception cref="ArgumentException">It cannot go on from there, see <see cref="Refusal"/>.</exception>
    public static T Of<T>(T training, TrainingSpec? source) where T : TrainingSpec =>
        Refusal(training, source) is { } sentence ? throw new ArgumentException(sentence, nameof(training)) : (T)Filled(training, source);

    /// <summary>Whether of the same data the same rows are held out; if not, the test holds rows the version has learned from.</summary>
    public static bool HoldsOutTheSame(TrainingSpec training, TrainingSpec? source) => (training, source) switch
    {
        (TabularTraining own, TabularTraining its) => own.Split == its.Split,
        (ImageTraining own, ImageTraining its) => own.Split == its.Split,
        (TextTraining own, TextTraining its) => own.Split == its.Split,
        (LanguageTraining own, LanguageTraining its) => (own.Validation, own.Test) == (its.Validation, its.Test),
        (RecommendationTraining own, RecommendationTraining its) => own.Split == its.Split && (own.Split != RecommendationSplit.Random || own.Seed == its.Seed),
        _ => false,
    };

    private static TrainingSpec Filled(TrainingSpec training, TrainingSpec? source) => (training, source) switch
    {
        (TabularTraining own, TabularTraining its) => own with { Features = its.Features, Goal = its.Goal, Network = its.Network, Split = own.Split ?? its.Split },
        (ImageTraining own, ImageTraining its) => own with { Size = its.Size, Network = its.Network, Augmentation = own.Augmentation ?? its.Augmentation, Split = own.Split ?? its.Split },
        (TextTraining own, TextTraining its) => own with { Network = its.Network, Split = own.Split ?? its.Split },
        (LanguageTraining own, LanguageTraining its) => own with { Tokenizer = its.Tokenizer, Network = its.Network },
        (RecommendationTraining own, RecommendationTraining its) => own with { Network = its.Network, Split = own.Split ?? its.Split },
        _ => training,
    };

    // Lists in records compare by reference; what counts is what they say.
    private static string? Other<T>(string field, T? own, T its) => own is null || Json(own) == Json(its) ? null
        : $"training.{field} is {Json(own)}, but the version to go on from has {Json(its)}; leave it out, or train anew without training.from.";

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, s_shown);

    private static string TaskOf(TrainingSpec training) => JsonSerializer.SerializeToElement(training, MaaSJson.Options).GetProperty("task").GetString()!;
}
