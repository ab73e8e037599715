// How sure a figure is that was measured on so many rows: 95 % confidence intervals from what a manifest keeps of the measurement.
using MaaS.Contracts.Models;

namespace MaaS.Inference;

public static class Intervals
{
    private const double Z = 1.959964; // 95 % of a normal distribution lie within so many deviations
    private const int Draws = 1000;
    private const int MostClasses = 40; // a thousand tables of more take too long

    private static readonly string[] s_shares = ["accuracy", "top5_accuracy", "hr10"];

    /// <summary>A share of n cases: Wilson's score interval (1927), which stays within 0 and 1.</summary>
    public static (double Low, double High) Wilson(double share, long n)
    {
        var (middle, spread) = (share + Z * Z / (2 * n), Z * Math.Sqrt(share * (1 - share) / n + Z * Z / (4.0 * n * n)));
        var whole = 1 + Z * Z / n;
        return ((middle - spread) / whole, (middle + spread) / whole);
    }

    /// <summary>Of a test figure by its name; without an interval where the manifest keeps too little to tell.</summary>
    public static FigureInterval Of(ModelMetrics metrics, string measure)
    {
        var value = metrics.Values[measure];
        if (metrics.Rows == 0 || !double.IsFinite(value))
            return new(value);
        (double Low, double High)? interval = measure switch
        {
            _ when s_shares.Contains(measure) => Wilson(value, metrics.Rows),
            "roc_auc" when metrics.ConfusionMatrix is [var no, var yes] => Area(value, no.Sum(), yes.Sum()),
            "macro_f1" when metrics.ConfusionMatrix is { Count: <= MostClasses } counts => Drawn(counts, MacroF1),
            "mcc" when metrics.ConfusionMatrix is { Count: <= MostClasses } counts => Drawn(counts, Matthews),
            _ => null,
        };
        return new(value, interval?.Low, interval?.High);
    }

    /// <summary>The area under the curve of two classes: Hanley and McNeil (1982), "The meaning and use of the area under a ROC curve".</summary>
    private static (double, double) Area(double area, double negatives, double positives)
    {
        var (q1, q2) = (area / (2 - area), 2 * area * area / (1 + area));
        var variance = (area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area)) / (negatives * positives);
        var spread = Z * Math.Sqrt(Math.Max(0, variance));
        return (Math.Max(0, area - spread), Math.Min(1, area + spread));
    }

    /// <summary>Between which values a thousand tables lie that could have come as well: each cell drawn anew (Poisson bootstrap), always the same draws.</summary>
    private static (double, double) Drawn(IReadOnlyList<IReadOnlyList<long>> counts, Func<double[][], double> figure)
    {
        var random = new Random(1);
        var figures = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
            figures[draw] = figure([.. counts.Select(row => row.Select(count => Poisson(count, random)).ToArray())]);
        Array.Sort(figures);
        return (figures[(int)(0.025 * Draws)], figures[(int)(0.975 * Draws) - 1]);
    }

    // Knuth's for few; for many a normal number is as good.
    private static double Poisson(double mean, Random random)
    {
        if (mean > 30)
            return Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        var (limit, product, count) = (Math.Exp(-mean), random.NextDouble(), 0);
        for (; product > limit; count++)
            product *= random.NextDouble();
        return count;
    }

    private static double MacroF1(double[][] counts)
    {
        var scores = Enumerable.Range(0, counts.Length).Select(k => (Right: counts[k][k], All: counts[k].Sum() + counts.Sum(row => row[k]))).Where(k => k.All > 0).Select(k => 2 * k.Right / k.All).ToList();
        return scores.Count == 0 ? 0 : scores.Average();
    }

    /// <summary>Of any number of classes (Gorodkin 2004).</summary>
    private static double Matthews(double[][] counts)
    {
        var (all, right) = (counts.Sum(row => row.Sum()), Enumerable.Range(0, counts.Length).Sum(k => counts[k][k]));
        var (truths, answers) = (counts.Select(row => row.Sum()).ToArray(), Enumerable.Range(0, counts.Length).Select(k => counts.Sum(row => row[k])).ToArray());
        var shared = Math.Sqrt((all * all - truths.Sum(t => t * t)) * (all * all - answers.Sum(a => a * a)));
        return shared == 0 ? 0 : (right * all - truths.Zip(answers).Sum(pair => pair.First * pair.Second)) / shared;
    }
}
