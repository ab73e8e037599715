// How a variant stands against its source, in numbers and in plain words. What is worse is said as plainly as what is better.
using System.Globalization;

namespace MaaS.Contracts.Compression;

public static class VariantWords
{
    // Less than a run of the same measurement differs from itself, and less than anybody would trade for.
    private const double SameSize = 0.005;
    private const double SameSpeed = 0.03;
    private const double SameQuality = 0.005;

    /// <summary><c>3.9x smaller, 1.2x slower, 0.31 points lost</c>.</summary>
    public static string Of(CompressionReport report, Variant variant)
    {
        var (own, its) = (variant.Figures, report.Source.Figures);
        return string.Join(", ", Times((double)its.Bytes / own.Bytes, SameSize, "smaller", "larger", "the same size"),
            Times(CompressionReport.Faster(variant, report.Source), SameSpeed, "faster", "slower", "as fast"), Lost(report, variant));
    }

    /// <summary><c>0.31 points lost</c>, <c>2.5 % more error</c>, <c>0.12 points gained</c>, <c>the same quality</c>.</summary>
    public static string Lost(CompressionReport report, Variant variant)
    {
        var lost = report.Lost(variant);
        if (!double.IsFinite(lost))
            return "a quality that cannot be compared";
        if (Math.Abs(lost) < SameQuality)
            return "the same quality";
        var amount = Number(Math.Abs(lost));
        return (report.HigherIsBetter, lost > 0) switch
        {
            (true, true) => $"{amount} points lost",
            (true, false) => $"{amount} points gained",
            (false, true) => $"{amount} % more error",
            _ => $"{amount} % less error",
        };
    }

    /// <summary>Whether the source itself might as well have scored so on other rows: its 95 % interval holds the variant's quality.</summary>
    public static bool IsWithinUncertainty(CompressionReport report, Variant variant) =>
        variant.Figures.Quality >= report.Source.Figures.QualityLow && variant.Figures.Quality <= report.Source.Figures.QualityHigh;

    /// <summary><c>3.9x smaller</c>, <c>2.0x larger</c>, <c>the same size</c>.</summary>
    /// <param name="times">Of the source by the variant.</param>
    public static string Smaller(double times) => Times(times, SameSize, "smaller", "larger", "the same size");

    /// <summary><c>1.2x faster</c>, <c>1.5x slower</c>, <c>as fast</c>.</summary>
    public static string Faster(double times) => Times(times, SameSpeed, "faster", "slower", "as fast");

    private static string Times(double times, double same, string more, string less, string equal) =>
        !double.IsFinite(times) || Math.Abs(times - 1) <= same ? equal : times > 1 ? $"{Number(times)}x {more}" : $"{Number(1 / times)}x {less}";

    private static string Number(double value) => value.ToString(value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
