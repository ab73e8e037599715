// What a reader of the report should know of a variant: above all whether its last step was worth the trouble.
using System.Globalization;
using MaaS.Contracts.Compression;

namespace MaaS.Engine.Compression;

internal static class Remarks
{
    // Times differ by so much from one measurement to the next.
    private const double Noise = 0.03;

    /// <param name="before">The variant without its last step, or the source.</param>
    /// <returns>Null when it did what it is for.</returns>
    public static string? Of(CompressionReport report, Variant before, Variant variant)
    {
        var (own, its) = (variant.Figures, before.Figures);
        var isSmaller = own.Bytes < its.Bytes;
        var isFaster = own.P50Ms < its.P50Ms * (1 - Noise) || own.BatchMs < its.BatchMs * (1 - Noise);
        var gained = report.HigherIsBetter ? own.ValidationQuality - its.ValidationQuality : its.ValidationQuality - own.ValidationQuality;
        var remarks = new List<string>();
        switch (variant.Steps[^1])
        {
            case FineTuning when gained <= 0:
                remarks.Add(Text($"Fine-tuning did not help: validation {report.Quality} was {its.ValidationQuality:g4} and is {own.ValidationQuality:g4}."));
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
            case { IsOfGraph: true } when own.P50Ms > its.P50Ms * (1 + Noise) && own.BatchMs > its.BatchMs * (1 + Noise):
                remarks.Add(Text($"It is smaller but slower than before: one row takes {own.P50Ms:g3} ms after {its.P50Ms:g3}."));
                break;
        }
        if (own.IntegerKernels is { } kernels && kernels.Integer < kernels.Quantized)
            remarks.Add(Text($"{kernels.Quantized - kernels.Integer} of its {kernels.Quantized} quantized products run on floats."));
        if (report.HigherIsBetter ? own.QualityHigh < report.Source.Figures.QualityLow : own.QualityLow > report.Source.Figures.QualityHigh)
            remarks.Add(Text($"It lost more than chance explains: {VariantWords.Lost(report, variant)}."));
        return remarks.Count > 0 ? string.Join(" ", remarks) : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
