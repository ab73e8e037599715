// What a plan needs of the versions it names: a source with weights, teachers that know the same answers, a student that answers the same
// question about the same rows. What a plan may ask by itself is CompressionRules'. Knows manifests alone.
using System.Text.Json;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Compression;

public static class SourceRules
{
    private const int MostTeachers = 8;

    /// <summary>Why the plan cannot be followed on this version: a sentence naming the field, its value and what is allowed. Null when it can.</summary>
    public static string? Refusal(CompressionPlan plan, ModelManifest source)
    {
        if (source.Compression is { Count: > 0 } done)
            return $"version_id is a compressed version already: {StepWords.Of(done)}. Those steps would be undone by others; compress its source, {source.Lineage.Parent ?? "the version it came from"}, with all of them.";
        var steps = plan is RecipePlan recipe ? recipe.Steps : [];
        for (var i = 0; i < steps.Count; i++)
            if (Refusal($"plan.steps[{i}]", steps[i], source) is { } sentence)
                return sentence;
        return null;
    }

    /// <summary>Whether the version has what variants are built from; one whose weights are in its graph alone has not.</summary>
    public static bool HasWeights(ModelManifest source) => source.Training is not null && source.Files.Any(file => file.Path == ModelManifest.Weights);

    /// <summary>Whether steps that train can be done; of a network that is solved in one step only the graph can be changed.</summary>
    public static bool CanTrain(ModelManifest source) => source.Training is not RecommendationTraining { Network: LinearAutoencoder or BiasedFactorization };

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

    private static string? Refusal(string field, CompressionStep? step, ModelManifest source) => step switch
    {
        null => $"{field} is null; give a step, such as {{\"type\": \"static_int8\"}}.",
        Distillation distillation => Teachers(field, distillation.Teachers) ?? Student(field, distillation.Student, source.Training),
        _ => null,
    };

    private static string? Teachers(string field, IReadOnlyList<Guid>? teachers) =>
        teachers is null ? null
        : teachers.Count > MostTeachers ? $"{field}.teachers has {teachers.Count} entries; at most {MostTeachers} are allowed."
        : teachers.Distinct().Count() < teachers.Count ? $"{field}.teachers names a version twice; each has one voice."
        : null;

    /// <summary>Only how a student is made is its own. Another split would not only judge it by other rows: it could name another team's.</summary>
    private static string? Student(string field, TrainingSpec? student, TrainingSpec? source) => (student, source) switch
    {
        (null, _) => null,
        ({ From: { } from }, _) => $"{field}.student.from is {from}; a student begins anew, leave it out.",
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

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}").Replace('_', ' ');
}
