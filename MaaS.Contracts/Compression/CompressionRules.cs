// What a plan may ask, told from the plan and the source's manifest alone: one set of rules for the API, which refuses, and the engine,
// which compresses. Rules that need rows or a teacher's file are the engine's.
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Contracts.Compression;

public static class CompressionRules
{
    /// <summary>Why it cannot be done: a sentence naming the field, its value and what is allowed. Null when it can.</summary>
    /// <param name="source">What the source was trained with; null when it was made elsewhere.</param>
    public static string? Refusal(CompressionPlan plan, ModelTask task, TrainingSpec? source)
    {
        if (task == ModelTask.Custom || source is null)
            return "version_id is a version made elsewhere: there are no rows here to measure its variants on; choose one that was trained here.";
        return plan switch
        {
            RecipePlan { Steps.Count: 0 or > RecipePlan.MostSteps } recipe => $"plan.steps holds {recipe.Steps.Count} steps; 1 to {RecipePlan.MostSteps} are allowed.",
            RecipePlan recipe => Refusal(recipe.Steps, source),
            PresetPlan { Preset: not CompressionPreset.Smaller } preset when IsSolved(source) =>
                $"plan.preset is {Name(preset.Preset)}, which trains, but the source is solved from all events at once; smaller is allowed.",
            SearchPlan search => OutOfRange(search, "plan"),
            _ => null,
        };
    }

    /// <summary>Whether the network can be rebuilt with fewer neurons, channels or heads.</summary>
    public static bool CanShrink(TrainingSpec source) => source is
        ImageTraining or TabularTraining { Network: DeepNetwork } or LanguageTraining or TextTraining { Network: TransformerTextNetwork };

    private static string? Refusal(IReadOnlyList<CompressionStep> steps, TrainingSpec source)
    {
        for (var at = 0; at < steps.Count; at++)
        {
            var (step, name, before) = (steps[at], $"plan.steps[{at}]", steps.Take(at).ToArray());
            if ((OutOfRange(step, name) ?? OfItself(step, name, source) ?? OutOfPlace(step, name, before)) is { } sentence)
                return sentence;
        }
        return null;
    }

    private static string? OfItself(CompressionStep step, string name, TrainingSpec source) => step switch
    {
        WeightQuantization { Bits: not (2 or 4 or 8) } weights => $"{name}.bits is {weights.Bits}; 2, 4 and 8 are allowed.",
        WeightQuantization { Block: not (16 or 32 or 64 or 128 or 256) } weights => $"{name}.block is {weights.Block}; 16, 32, 64, 128 and 256 are allowed.",
        { IsOfGraph: false } when IsSolved(source) =>
            $"{name} is {TypeOf(step)}, which trains, but the source is solved from all events at once; dynamic_int8, static_int8, weight_only and float16 are allowed.",
        TemperatureScaling when source is LanguageTraining or RecommendationTraining or TabularTraining { Goal: TabularGoal.Regression } =>
            $"{name} is temperature, which brings a classifier's probabilities to what they say; the source is none.",
        StructuredPruning when !CanShrink(source) =>
            $"{name} is shrink, but the source's network has no neurons, channels or heads that could go; prune and distill are allowed.",
        StructuredPruning { Layers: true } when source is not (LanguageTraining or TextTraining or TabularTraining { Network: ResidualNetwork }) =>
            $"{name}.layers is true, but the source's network has no blocks that its signal passes by; only transformers and residual networks of tables have them.",
        Distillation { Student: { } student } when student.GetType() != source.GetType() =>
            $"{name}.student is a training of the task {TaskOf(student)}, but the source is of the task {TaskOf(source)}; a student is of the same task.",
        Distillation { Teachers.Count: 0 } => $"{name}.teachers names no version; leave it out to learn from the source.",
        Distillation { Hints: > 0 } when source is not ImageTraining => $"{name}.hints needs the last features of an image network; for other tasks 0 is allowed.",
        Distillation { Curriculum: true } when source is LanguageTraining or RecommendationTraining or TabularTraining { Goal: TabularGoal.Regression } =>
            $"{name}.curriculum goes by how sure the teacher is of each row's class; it is allowed for classes only.",
        _ => null,
    };

    private static string? OutOfPlace(CompressionStep step, string name, CompressionStep[] before)
    {
        var rebuilds = step is StructuredPruning || step is Distillation { Student: not null };
        return before switch
        {
            _ when !step.IsOfGraph && before.FirstOrDefault(earlier => earlier.IsOfGraph) is { } graph =>
                $"{name} is {TypeOf(step)}, which trains, after {TypeOf(graph)}, which changes the graph that is served and leaves nothing to train; put it before.",
            _ when step is HalfPrecision && before.FirstOrDefault(earlier => earlier is BinaryWeights or WeightSharing) is { } few =>
                $"{name} is float16 after {TypeOf(few)}, whose weights take fewer bits than 16 already; keep one of the two.",
            _ when step is DynamicQuantization or StaticQuantization or WeightQuantization && before.FirstOrDefault(IsOfIntegers) is { } integers =>
                $"{name} is {TypeOf(step)} after {TypeOf(integers)}: the weights are integers already; keep one of the two.",
            _ when rebuilds && before.FirstOrDefault(earlier => earlier is Pruning or BinaryWeights or WeightSharing or QuantizationAwareTraining) is { } held =>
                $"{name} is {TypeOf(step)}, which builds another network, after {TypeOf(held)}, whose weights would be lost; put it before.",
            _ when step is BinaryWeights or WeightSharing or QuantizationAwareTraining && before.FirstOrDefault(earlier => earlier is BinaryWeights or WeightSharing) is { } few =>
                $"{name} is {TypeOf(step)} after {TypeOf(few)}: the weights hold few values already; keep one of the two.",
            _ when step is BinaryWeights && before.Any(earlier => earlier is Pruning) =>
                $"{name} is binary after prune: a weight that is a sign cannot be zero; keep one of the two.",
            _ when step is Pruning && before.FirstOrDefault(earlier => earlier is BinaryWeights or WeightSharing) is { } shared =>
                $"{name} is prune after {TypeOf(shared)}; put it before, so that the values left are shared.",
            _ => null,
        };
    }

    /// <summary>What the attributes of its members say, as a sentence.</summary>
    private static string? OutOfRange(object settings, string path)
    {
        foreach (var member in settings.GetType().GetProperties())
            if (member.GetCustomAttribute<RangeAttribute>() is { } range && member.GetValue(settings) is { } value && !range.IsValid(value))
                return string.Create(CultureInfo.InvariantCulture, $"{path}.{Snake(member.Name)} is {value}; {range.Minimum} to {range.Maximum} is allowed.");
        return null;
    }

    private static bool IsOfIntegers(CompressionStep step) => step is DynamicQuantization or StaticQuantization or WeightQuantization;

    private static bool IsSolved(TrainingSpec source) => source is RecommendationTraining { Network: LinearAutoencoder or BiasedFactorization };

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static string Name(CompressionPreset preset) => Snake(preset.ToString());

    private static string TypeOf(CompressionStep step) => JsonSerializer.SerializeToElement(step, MaaSJson.Options).GetProperty("type").GetString()!;

    private static string TaskOf(TrainingSpec training) => JsonSerializer.SerializeToElement(training, MaaSJson.Options).GetProperty("task").GetString()!;
}
