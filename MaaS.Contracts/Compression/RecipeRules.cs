// What a plan of compression must satisfy beyond the ranges of its settings: the order of steps, and what its source and teachers are.
// One set of rules for the API, which refuses, the portal, which offers, and the engine. Knows manifests alone.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Compression;

public static class RecipeRules
{
    private const int MostTeachers = 8;

    /// <summary>Why the plan cannot be followed: a sentence naming the field, its value and what is allowed. Null when it can.</summary>
    public static string? Refusal(CompressionPlan plan, ModelManifest source) => plan switch
    {
        RecipePlan recipe => Refusal(recipe, source),
        PresetPlan { Preset: not CompressionPreset.Smaller } preset when CannotTrain(source) is { } reason => $"plan.preset is {Word(preset.Preset)}, which trains, but {reason}; the preset smaller does not.",
        _ => null,
    };

    /// <summary>Why no step that trains can be done on this version, as the end of a sentence; null when they can.</summary>
    public static string? CannotTrain(ModelManifest source) => source switch
    {
        { Training: null } => "the version was made elsewhere and does not say how it was trained",
        _ when source.Files.All(file => file.Path != ModelManifest.Weights) => $"the version has no {ModelManifest.Weights}: its weights are in its graph alone",
        { Training: RecommendationTraining { Network: LinearAutoencoder or BiasedFactorization } } => "the version's network is solved in one step, which leaves nothing to train on from",
        _ => null,
    };

    /// <summary>Why this version cannot teach, or null.</summary>
    /// <param name="field">Where the recipe names it: <c>plan.steps[1].teachers[0]</c>.</param>
    public static string? Refusal(string field, Guid id, ModelManifest teacher, ModelManifest source)
    {
        if (teacher.Task != source.Task)
            return $"{field} is {id}, a version for {Word(teacher.Task)}, but the source is one for {Word(source.Task)}; a teacher must be of the same task.";
        return teacher.Labels is { } its && source.Labels is { } own && !its.SequenceEqual(own)
            ? $"{field} is {id}, whose classes are {List(its)}, but the source's are {List(own)}; a teacher must know the same classes in the same order."
            : null;
    }

    private static string? Refusal(RecipePlan recipe, ModelManifest source)
    {
        if (recipe.Steps.Count is 0 or > RecipePlan.MostSteps)
            return $"plan.steps has {recipe.Steps.Count} entries; 1 to {RecipePlan.MostSteps} are allowed.";
        for (var i = 0; i < recipe.Steps.Count; i++)
        {
            var field = $"plan.steps[{i}]";
            if (recipe.Steps[i] is not { } step)
                return $"{field} is null; give a step, such as {{\"type\": \"static_int8\"}}.";
            if (!step.IsOfGraph && i > 0 && recipe.Steps[i - 1].IsOfGraph)
                return $"{field} is {StepWords.Of(step)}, which changes the network, but the step before changes only its graph; steps of the graph come last.";
            if (!step.IsOfGraph && CannotTrain(source) is { } reason && !(step is Distillation && source.Training is not null))
                return $"{field} is {StepWords.Of(step)}, which needs weights to go on from, but {reason}; only steps of the graph can be done on it.";
            if (Refusal(field, step, source) is { } refusal)
                return refusal;
        }
        return null;
    }

    private static string? Refusal(string field, CompressionStep step, ModelManifest source) => step switch
    {
        WeightQuantization { Bits: not (2 or 4 or 8) and var bits } => $"{field}.bits is {bits}; it must be 2, 4 or 8.",
        WeightQuantization { Block: var block } when block is < 16 or > 256 || (block & (block - 1)) != 0 => $"{field}.block is {block}; it must be a power of two from 16 to 256.",
        Distillation distillation => Teachers(field, distillation.Teachers) ?? Student(field, distillation.Student, source.Training),
        _ => null,
    };

    private static string? Teachers(string field, IReadOnlyList<Guid>? teachers) =>
        teachers is null ? null
        : teachers.Count is 0 or > MostTeachers ? $"{field}.teachers has {teachers.Count} entries; 1 to {MostTeachers} are allowed, or none at all for the source alone."
        : teachers.Distinct().Count() < teachers.Count ? $"{field}.teachers names a version twice; each has one voice."
        : null;

    /// <summary>A student answers the source's question about the source's rows; only how it is made is its own.</summary>
    private static string? Student(string field, TrainingSpec? student, TrainingSpec? source) => (student, source) switch
    {
        (null, _) => null,
        ({ From: not null }, _) => $"{field}.student.from is {student.From}; a student begins anew, leave it out.",
        (TabularTraining own, TabularTraining its) => Other(field, "target", own.Target, its.Target) ?? Split(field, own.Split, its.Split),
        (ImageTraining own, ImageTraining its) => Split(field, own.Split, its.Split),
        (TextTraining own, TextTraining its) => Other(field, "text", own.Text, its.Text) ?? Other(field, "target", own.Target, its.Target) ?? Split(field, own.Split, its.Split),
        (LanguageTraining own, LanguageTraining its) => own.Tokenizer is null || own.Tokenizer == its.Tokenizer ? null
            : $"{field}.student.tokenizer is not the source's; a student reads the same tokens, leave it out.",
        (RecommendationTraining { Network: LinearAutoencoder or BiasedFactorization }, _) => $"{field}.student.network is solved in one step; a student must be a network that learns.",
        (RecommendationTraining own, RecommendationTraining its) => Other(field, "user", own.User, its.User) ?? Other(field, "item", own.Item, its.Item) ?? Other(field, "rating", own.Rating, its.Rating),
        _ => $"{field}.student is of another task than the source; a student must be of the same task.",
    };

    private static string? Other(string field, string name, string? own, string? its) =>
        own == its ? null : $"{field}.student.{name} is {Quoted(own)}, but the source's is {Quoted(its)}; a student answers the same question.";

    private static string? Split(string field, SplitSpec? own, SplitSpec? its) =>
        own is null || own == its ? null : $"{field}.student.split is not the source's; a student is judged by the same rows, leave it out.";

    private static string Quoted(string? text) => text is null ? "none" : $"\"{text}\"";

    private static string List(IReadOnlyList<string> labels) => string.Join(", ", labels.Take(10)) + (labels.Count > 10 ? ", …" : "");

    private static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}").Replace('_', ' ');
}
