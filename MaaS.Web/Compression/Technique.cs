// The techniques of compression as people choose them: what each is called, what it does in a line, what it costs.
using MaaS.Contracts.Compression;

namespace MaaS.Web.Compression;

public enum Technique { StaticInt8, DynamicInt8, WeightOnly, Float16, Temperature, Prune, Shrink, Distill, FineTune, QuantizationAware, SharedWeights, Binary }

internal static class Techniques
{
    public static IReadOnlyList<Technique> All { get; } = Enum.GetValues<Technique>();

    /// <summary>The step with its own defaults.</summary>
    public static CompressionStep Default(Technique technique) => technique switch
    {
        Technique.StaticInt8 => new StaticQuantization(),
        Technique.DynamicInt8 => new DynamicQuantization(),
        Technique.WeightOnly => new WeightQuantization(),
        Technique.Float16 => new HalfPrecision(),
        Technique.Temperature => new TemperatureScaling(),
        Technique.Prune => new Pruning(),
        Technique.Shrink => new StructuredPruning(),
        Technique.Distill => new Distillation(),
        Technique.FineTune => new FineTuning(),
        Technique.QuantizationAware => new QuantizationAwareTraining(),
        Technique.SharedWeights => new WeightSharing(),
        _ => new BinaryWeights(),
    };

    public static string Name(Technique technique) => T.Heard(StepWords.Name(Default(technique)));

    public static string Explanation(Technique technique) => technique switch
    {
        Technique.StaticInt8 => T["Weights and activations as 8-bit integers, by ranges measured on training rows. About a quarter of the size, usually the fastest."],
        Technique.DynamicInt8 => T["Weights as 8-bit integers; the range of the activations is found with each request. About a quarter of the size, nothing to calibrate."],
        Technique.WeightOnly => T["Weights of 8, 4 or 2 bits with a scale for each block; computed in full precision. The smallest file without training."],
        Technique.Float16 => T["Weights stored in 16 bits and computed in 32. Half the size, next to nothing lost, no faster on a processor."],
        Technique.Temperature => T["A classifier's probabilities are brought to what they say: of rows answered with 0.8, eight in ten are right. No label changes."],
        Technique.Prune => T["The least important weights become zero. The file shrinks where it is compressed at rest; the speed stays."],
        Technique.Shrink => T["Whole neurons, channels or heads are removed with everything that hangs on them. The network really becomes smaller and faster."],
        Technique.Distill => T["A smaller network, the student, learns from the answers of a larger one, the teacher."],
        Technique.FineTune => T["Trains on with a small learning rate; what was pruned, shared or made binary stays so."],
        Technique.QuantizationAware => T["Trains on with weights rounded as they will be, so that the network gets used to it."],
        Technique.SharedWeights => T["Each matrix keeps a few values, and every weight is one of them."],
        _ => T["Each weight is a sign, times a scale for each output. The smallest weights there are; it trains for long."],
    };
}
