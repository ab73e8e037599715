// What a preset stands for on a source of a kind: recipes that each begin at the source.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;

namespace MaaS.Engine.Compression;

internal static class Presets
{
    public static IReadOnlyList<IReadOnlyList<CompressionStep>> Of(CompressionPreset preset, TrainingSpec source) => preset switch
    {
        CompressionPreset.Smaller => [[Int8(source)], [new DynamicQuantization()], [new WeightQuantization()]],
        CompressionPreset.Faster when CompressionRules.CanShrink(source) => [[Shrink], [Shrink, Int8(source)]],
        CompressionPreset.Faster => [[new Distillation()], [new Distillation(), Int8(source)]],
        _ => [[Prune], [Prune, new WeightSharing()]],
    };

    /// <summary>Integers everywhere where ranges can be measured: a transformer's activations are too uneven for one range.</summary>
    public static CompressionStep Int8(TrainingSpec source) =>
        source is LanguageTraining or TextTraining or RecommendationTraining ? new DynamicQuantization() : new StaticQuantization();

    private static StructuredPruning Shrink { get; } = new(Measure: PruningMeasure.Activation);

    private static Pruning Prune { get; } = new(0.9, PruningMeasure.Activation);
}
