// What a reader of the report should know of a variant: above all whether its last step was worth the trouble.
using System.Globalization;
using MaaS.Contracts.Compression;

namespace MaaS.Engine.Compression;

internal static class Remarks
{
    // Times differ by so much from one measurement to the next.
    private const double Noise = 0.03;

    private const string Calibration = "calibration_error"; // among the metrics

    /// <param name="before">The variant without its last step, or the source.</param>
    /// <returns>Null when it did what it is for.</returns>
    public static string? Of(CompressionReport report, Variant before, Variant variant)
    {
        var (own, its) = (variant.Figures, before.Figures);
        var isSmaller = own.Bytes < its.Bytes;
        // Each against the source of its own turns.
        var (one, batch) = (Times(report, variant, before, times => times.P50Ms, figures => figures.P50Ms), Times(report, variant, before, times => times.BatchMs, figures => figures.BatchMs));
        var isFaster = one > 1 + Noise || batch > 1 + Noise;
        var gained = report.HigherIsBetter ? own.ValidationQuality - its.ValidationQuality : its.ValidationQuality - own.ValidationQuality;
        var remarks = new List<string>();
        switch (variant.Steps[^1])
        {
            case FineTuning or Distillation or QuantizationAwareTraining when gained <= 0 && !isSmaller && !isFaster:
                remarks.Add(Text($"{StepWords.Name(variant.Steps[^1])} did not help: validation {report.Quality} was {its.ValidationQuality:g4} and is {own.ValidationQuality:g4}."));
                break;
            case TemperatureScaling when its.Metrics.GetValueOrDefault(Calibration) is var error && own.Metrics.GetValueOrDefault(Calibration) is var left:
                remarks.Add(Text($"{(left < error ? "" : "It did not help: ")}the calibration error was {error:0.0000} and is {left:0.0000}."));
                break;
            case Pruning when own.NonZeros >= its.NonZeros:
                remarks.Add("No weight became zero that was not zero before.");
                break;
            case Pruning:
                remarks.Add(Text($"The served file keeps its zeros and its speed; at rest it is {(double)its.BytesAtRest / own.BytesAtRest:0.0}x smaller than before."));
                break;
            case { IsOfGraph: true } or StructuredPruning or BinaryWeights or WeightSharing when !isSmaller && !isFaster:
                remarks.Add(Text($"{StepWords.Name(variant.Steps[^1])} did not help: the file has {own.Bytes:N0} bytes after {its.Bytes:N0}, and one row takes {own.P50Ms:g3} ms after {its.P50Ms:g3}."));
                break;
            case { IsOfGraph: true } when one < 1 - Noise && batch < 1 - Noise:
                remarks.Add(Text($"It is smaller but slower than before: one row takes {own.P50Ms:g3} ms after {its.P50Ms:g3}."));
                break;
        }
        if (own.IntegerKernels is { } kernels && kernels.Integer < kernels.Quantized)
            remarks.Add(Text($"{kernels.Quantized - kernels.Integer} of its {kernels.Quantized} quantized products run on floats."));
        if (report.HigherIsBetter ? own.QualityHigh < report.Source.Figures.QualityLow : own.QualityLow > report.Source.Figures.QualityHigh)
            remarks.Add(Text($"It lost more than chance explains: {VariantWords.Lost(report, variant)}."));
        return remarks.Count > 0 ? string.Join(" ", remarks) : null;
    }

    /// <summary>How many times faster a variant is than the one before it.</summary>
    private static double Times(CompressionReport report, Variant variant, Variant before, Func<BesideTimes, double> beside, Func<VariantFigures, double> own)
    {
        double AgainstSource(Variant one) => (one.Figures.Beside is { } times ? beside(times) : own(report.Source.Figures)) / own(one.Figures);
        return AgainstSource(variant) / AgainstSource(before);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
