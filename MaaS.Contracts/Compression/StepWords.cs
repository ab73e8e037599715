// A step and its settings in a few words, as reports, pages and sentences name it.
using System.Globalization;

namespace MaaS.Contracts.Compression;

public static class StepWords
{
    /// <summary>The technique: <c>Static int8</c>.</summary>
    public static string Name(CompressionStep step) => step switch
    {
        DynamicQuantization => "Dynamic int8",
        StaticQuantization => "Static int8",
        WeightQuantization => "Few-bit weights",
        HalfPrecision => "16-bit weights",
        TemperatureScaling => "Temperature scaling",
        BinaryWeights => "Binary weights",
        QuantizationAwareTraining => "Quantization-aware training",
        WeightSharing => "Shared weights",
        Pruning => "Pruning",
        StructuredPruning => "Shrinking",
        Distillation => "Distillation",
        FineTuning => "Fine-tuning",
        _ => step.GetType().Name,
    };

    /// <summary>The technique with the settings that tell it from others of its kind: <c>static int8 (min-max, 512 rows, per channel)</c>.</summary>
    public static string Of(CompressionStep step)
    {
        var name = Name(step);
        name = char.ToLowerInvariant(name[0]) + name[1..];
        return Settings(step) is { Length: > 0 } settings ? $"{name} ({settings})" : name;
    }

    /// <summary>All steps, in the order they are done.</summary>
    public static string Of(IEnumerable<CompressionStep> steps) => string.Join(", then ", steps.Select(Of));

    private static string Settings(CompressionStep step) => step switch
    {
        DynamicQuantization s => Join(Channels(s.PerChannel), Range(s.ReduceRange)),
        StaticQuantization s => Join(
            s.Calibration switch { CalibrationMethod.MinMax => "min-max", CalibrationMethod.Percentile => Text($"percentile {s.Percentile}"), _ => "entropy" },
            Text($"{s.Rows} rows"), Channels(s.PerChannel), Range(s.ReduceRange)),
        WeightQuantization s => Text($"{s.Bits} bits, blocks of {s.Block}"),
        BinaryWeights s => Epochs(s.Epochs),
        QuantizationAwareTraining s => Join(Text($"{s.Bits} bits"), Epochs(s.Epochs)),
        WeightSharing s => Join(Text($"{s.Bits} bits"), Epochs(s.Epochs)),
        Pruning s => Join(s.TwoOfFour ? "2 of 4 weights" : Text($"{100 * s.Sparsity:0.#} % of weights"), Measure(s.Measure), Scope(s.Scope), Epochs(s.Epochs)),
        StructuredPruning s => Join(
            Text($"{100 * s.Macs:0.#} % of multiplications stay"), Measure(s.Measure), Scope(s.Scope), s.Layers ? "layers too" : null, Epochs(s.Epochs)),
        Distillation s => Join(
            s.Teachers is { Count: > 1 } teachers ? Text($"{teachers.Count} teachers") : null, Text($"T {s.Temperature}, weight {s.Weight}"),
            s.Hints > 0 ? Text($"hints {s.Hints}") : null, s.Curriculum ? "easy to hard" : null, s.Epochs is { } epochs ? Epochs(epochs) : null),
        FineTuning s => Join(Epochs(s.Epochs), s.LearningRate is { } rate ? Text($"learning rate {rate}") : null),
        _ => "",
    };

    private static string Join(params string?[] parts) => string.Join(", ", parts.Where(part => part is not null));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Epochs(int epochs) => epochs == 1 ? "1 epoch" : Text($"{epochs} epochs");

    private static string Channels(bool each) => each ? "per channel" : "per tensor";

    private static string? Range(bool? reduced) => reduced switch { true => "7 bits", false => "8 bits", null => null };

    private static string Measure(PruningMeasure measure) => measure switch { PruningMeasure.L1 => "L1", PruningMeasure.L2 => "L2", _ => "by activation" };

    private static string Scope(PruningScope scope) => scope == PruningScope.Global ? "global" : "each layer";
}
