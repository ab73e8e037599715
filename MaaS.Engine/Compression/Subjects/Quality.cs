// How good a model is on rows it never learned from, and how sure that figure is: from the answers of the file that is served.
using MaaS.Contracts.Models;
using MaaS.Engine.Trust;
using MaaS.Inference;

namespace MaaS.Engine.Compression;

/// <param name="Value">The figure that decides, by the subject's name for it.</param>
/// <param name="Low">95 % confidence interval, with <paramref name="High"/>.</param>
internal sealed record Quality(double Value, double Low, double High, ModelMetrics Metrics)
{
    /// <summary>Of a classifier: what it answered.</summary>
    public Answered? Answered { get; init; }

    private const double Z = 1.959964; // 95 % of a normal distribution lie within so many deviations

    /// <summary>Accuracy.</summary>
    /// <param name="probabilities">(N, C), row by row.</param>
    /// <param name="majority">The training rows' most frequent class.</param>
    public static Quality OfClasses(float[] probabilities, long[] truth, int classes, int majority, string split)
    {
        var metrics = Engine.Training.Metrics.Classification(probabilities, truth, classes, majority) with { Split = split };
        var accuracy = metrics.Values["accuracy"];
        var (low, high) = Intervals.Wilson(accuracy, truth.Length);
        return new(accuracy, low, high, metrics) { Answered = new(probabilities, truth, classes) };
    }

    /// <summary>Root mean squared error.</summary>
    public static Quality OfNumbers(double[] predicted, double[] truth, double trainMean, string split)
    {
        var metrics = Engine.Training.Metrics.Regression(predicted, truth, trainMean) with { Split = split };
        var (_, low, high) = OfMean([.. predicted.Zip(truth, (p, t) => (p - t) * (p - t))]);
        return new(metrics.Values["rmse"], Math.Sqrt(Math.Max(0, low)), Math.Sqrt(high), metrics);
    }

    /// <summary>The mean, and between which values it would lie by chance: the normal approximation.</summary>
    public static (double Mean, double Low, double High) OfMean(double[] values)
    {
        var mean = values.Average();
        var error = values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
        return (mean, mean - Z * error, mean + Z * error);
    }
}
