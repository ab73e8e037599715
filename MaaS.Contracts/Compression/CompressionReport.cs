// What a compress job found: the source and every variant, measured on the same rows and the same machine, through the runtime that serves.
using System.Text.Json.Serialization;
using MaaS.Contracts.Models;

namespace MaaS.Contracts.Compression;

/// <param name="Quality">The figure that quality is here, by its name among the test metrics: <c>accuracy</c>, <c>rmse</c>.</param>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
/// <param name="Machine">Processor, its relevant instructions and how many cores.</param>
/// <param name="Source">Number 0.</param>
/// <param name="Variants">In the order they were made.</param>
/// <param name="Best">The number of the one to take; null when none holds what was asked.</param>
/// <param name="Verdict">A sentence on the best, or on why there is none.</param>
/// <param name="Sensitivity">What cutting each layer alone would cost; empty when nothing was pruned.</param>
/// <param name="Split">Which rows quality was measured on, as of the source.</param>
public sealed record CompressionReport(
    string Quality,
    bool HigherIsBetter,
    string Machine,
    Variant Source,
    IReadOnlyList<Variant> Variants,
    int? Best = null,
    string? Verdict = null,
    IReadOnlyList<LayerSensitivity>? Sensitivity = null,
    string Split = "test")
{
    /// <summary>Whether neither the source nor any choice was made by those rows.</summary>
    [JsonIgnore]
    public bool IsTested => Split != ModelMetrics.Untested;

    /// <summary>Those rows in a few words, for a sentence.</summary>
    [JsonIgnore]
    public string Rows => IsTested ? "test rows" : "validation rows, as no test part was kept";

    /// <summary>Those that no other beats in both quality and <paramref name="cost"/>: the frontier, cheapest first.</summary>
    public IReadOnlyList<Variant> Frontier(Func<VariantFigures, double> cost)
    {
        var frontier = new List<Variant>();
        foreach (var one in Variants.Prepend(Source).OrderBy(variant => cost(variant.Figures)).ThenByDescending(variant => Worth(variant)))
            if (frontier.Count == 0 || Worth(one) > Worth(frontier[^1]))
                frontier.Add(one);
        return frontier;
    }

    /// <summary>Quality lost against the source: percentage points of a share, percent of an error. Negative is a gain.</summary>
    public double Lost(Variant variant) => HigherIsBetter
        ? 100 * (Source.Figures.Quality - variant.Figures.Quality)
        : 100 * (variant.Figures.Quality / Source.Figures.Quality - 1);

    /// <summary>How many times faster than the source a row is, both timed in turns: a machine is never equally fast twice.</summary>
    public static double Faster(Variant variant, Variant source) => (variant.Figures.Beside?.P50Ms ?? source.Figures.P50Ms) / variant.Figures.P50Ms;

    private double Worth(Variant variant) => HigherIsBetter ? variant.Figures.Quality : -variant.Figures.Quality;
}

/// <param name="Number">1 for the first; 0 is the source.</param>
/// <param name="Name">A few words: <c>static int8, per channel</c>.</param>
/// <param name="Steps">All that was done to the source, in order.</param>
/// <param name="Version">The catalog version it is.</param>
/// <param name="Remark">What a reader should know: a step that did not help says so.</param>
/// <param name="Seconds">It took to make and to measure.</param>
public sealed record Variant(
    int Number,
    string Name,
    IReadOnlyList<CompressionStep> Steps,
    VariantFigures Figures,
    VariantVersion? Version = null,
    string? Remark = null,
    double Seconds = 0);

public sealed record VariantVersion(Guid Id, string Model, int Number);

/// <param name="Quality">On the test rows, read once; see <see cref="CompressionReport.Split"/>.</param>
/// <param name="QualityLow">95 % confidence interval.</param>
/// <param name="ValidationQuality">What choices were made by.</param>
/// <param name="Bytes">Of <c>model.onnx</c>.</param>
/// <param name="BytesAtRest">Of the same, compressed as it would be sent or kept.</param>
/// <param name="NonZeros">Of the parameters.</param>
/// <param name="Macs">Multiplications and additions for one row.</param>
/// <param name="P50Ms">Latency of one row, milliseconds.</param>
/// <param name="BatchMs">Median latency of 32 rows.</param>
/// <param name="RowsPerSecond">In batches of 32.</param>
/// <param name="PeakBytes">Resident memory that loading it and answering takes at least; null where that could not be measured.</param>
/// <param name="IntegerKernels">Of the quantized products, how many run on integers; null where nothing is quantized so.</param>
/// <param name="Metrics">Every test figure by name, as the manifest has them.</param>
/// <param name="Beside">The source's own times in the turns in which this variant was timed; null for the source.</param>
public sealed record VariantFigures(
    double Quality,
    double QualityLow,
    double QualityHigh,
    double ValidationQuality,
    long Rows,
    long Bytes,
    long BytesAtRest,
    long Parameters,
    long NonZeros,
    long Macs,
    double P50Ms,
    double P99Ms,
    double BatchMs,
    double RowsPerSecond,
    long? PeakBytes,
    KernelCount? IntegerKernels,
    IReadOnlyDictionary<string, double> Metrics,
    BesideTimes? Beside = null);

public sealed record BesideTimes(double P50Ms, double BatchMs);

public sealed record KernelCount(int Integer, int Quantized);

/// <param name="Layer">By its name in the weights file.</param>
/// <param name="Points">Sparsity, and the validation quality with that share of this layer alone at zero.</param>
public sealed record LayerSensitivity(string Layer, long Weights, IReadOnlyList<SensitivityPoint> Points);

public sealed record SensitivityPoint(double Sparsity, double Quality);
