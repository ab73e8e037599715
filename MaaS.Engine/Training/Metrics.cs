// Figures of quality, from answers and truth alone; double precision, no libtorch.
using MaaS.Contracts.Models;

namespace MaaS.Engine.Training;

internal static class Metrics
{
    /// <summary>
    /// accuracy; macro_f1 (unweighted mean over the classes that are present or predicted, as scikit-learn has it); roc_auc (binary:
    /// of the second class; more: unweighted mean of one-vs-rest over the classes present); mcc; log_loss (nats); and the confusion matrix.
    /// </summary>
    /// <param name="probabilities">(N, C), row-major.</param>
    /// <param name="majority">The training rows' most frequent class: the baseline always answers it.</param>
    public static ModelMetrics Classification(float[] probabilities, long[] truth, int classes, int majority)
    {
        var confusion = new long[classes][];
        for (var c = 0; c < classes; c++)
            confusion[c] = new long[classes];
        double logLoss = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            var of = probabilities.AsSpan(row * classes, classes);
            var best = 0;
            for (var c = 1; c < classes; c++)
                if (of[c] > of[best])
                    best = c;
            confusion[truth[row]][best]++;
            logLoss -= Math.Log(Math.Max(of[(int)truth[row]], 1e-12));
        }

        var always = new long[classes][];
        for (var c = 0; c < classes; c++)
        {
            always[c] = new long[classes];
            always[c][majority] = confusion[c].Sum();
        }
        var shares = confusion.Select(row => (double)row.Sum() / truth.Length).ToArray();
        return new ModelMetrics("", truth.Length,
            new Dictionary<string, double>
            {
                ["accuracy"] = Accuracy(confusion),
                ["macro_f1"] = MacroF1(confusion),
                ["roc_auc"] = RocAuc(probabilities, truth, classes),
                ["mcc"] = Mcc(confusion),
                ["log_loss"] = logLoss / truth.Length,
            },
            new Dictionary<string, double>
            {
                ["accuracy"] = Accuracy(always),
                ["macro_f1"] = MacroF1(always),
                ["roc_auc"] = 0.5,
                ["mcc"] = 0,
                // The entropy of the classes' shares: what knowing only how frequent they are would cost.
                ["log_loss"] = -shares.Where(share => share > 0).Sum(share => share * Math.Log(share)),
            },
            confusion);
    }

    /// <summary>rmse and mae in the target's unit; r2 against the test rows' own mean.</summary>
    /// <param name="trainMean">What the baseline always answers.</param>
    public static ModelMetrics Regression(double[] predicted, double[] truth, double trainMean) => new("", truth.Length,
        Errors(predicted, truth), Errors([.. truth.Select(_ => trainMean)], truth));

    private static Dictionary<string, double> Errors(double[] predicted, double[] truth)
    {
        var mean = truth.Average();
        var squared = predicted.Zip(truth, (p, t) => (p - t) * (p - t)).Sum();
        var spread = truth.Sum(t => (t - mean) * (t - mean));
        return new Dictionary<string, double>
        {
            ["rmse"] = Math.Sqrt(squared / truth.Length),
            ["mae"] = predicted.Zip(truth, (p, t) => Math.Abs(p - t)).Average(),
            ["r2"] = spread > 0 ? 1 - squared / spread : 0,
        };
    }

    private static double Accuracy(long[][] confusion) =>
        (double)confusion.Select((row, c) => row[c]).Sum() / confusion.Sum(row => row.Sum());

    private static double MacroF1(long[][] confusion) => confusion
        .Select((row, c) => (Right: row[c], Total: row.Sum() + confusion.Sum(other => other[c])))
        .Where(of => of.Total > 0)
        .Average(of => 2.0 * of.Right / of.Total);

    /// <summary>Matthews' correlation of truth and answer; for more than two classes Gorodkin's R_K (2004). 0 when one of them is constant.</summary>
    private static double Mcc(long[][] confusion)
    {
        double[] truth = [.. confusion.Select(row => (double)row.Sum())];
        double[] answers = [.. confusion.Select((_, c) => (double)confusion.Sum(row => row[c]))];
        var total = truth.Sum();
        double Spread(double[] left, double[] right) => total * total - left.Zip(right, (l, r) => l * r).Sum();
        var scale = Math.Sqrt(Spread(truth, truth)) * Math.Sqrt(Spread(answers, answers));
        return scale > 0 ? (total * confusion.Select((row, c) => row[c]).Sum() - truth.Zip(answers, (l, r) => l * r).Sum()) / scale : 0;
    }

    private static double RocAuc(float[] probabilities, long[] truth, int classes)
    {
        var areas = Enumerable.Range(classes == 2 ? 1 : 0, classes == 2 ? 1 : classes)
            .Select(c => Area([.. truth.Select((_, row) => probabilities[row * classes + c])], [.. truth.Select(t => t == c)]))
            .Where(area => !double.IsNaN(area)).ToArray();
        return areas.Length == 0 ? double.NaN : areas.Average();
    }

    /// <summary>Mann-Whitney U over the number of pairs; ties count half. NaN when only one class is present, or a score is no number.</summary>
    private static double Area(float[] scores, bool[] positive)
    {
        if (Array.Exists(scores, float.IsNaN))
            return double.NaN; // equal to nothing, itself included: the ranking below would not end
        var order = Enumerable.Range(0, scores.Length).ToArray();
        Array.Sort((float[])scores.Clone(), order);
        double ranks = 0;
        long positives = 0;
        for (var start = 0; start < order.Length;)
        {
            // A score that is not a number equals nothing, itself included: it is a rank of its own.
            var end = start + 1;
            while (end < order.Length && scores[order[end]] == scores[order[start]])
                end++;
            for (var i = start; i < end; i++)
                if (positive[order[i]])
                {
                    ranks += (start + 1 + end) / 2.0;
                    positives++;
                }
            start = end;
        }
        var negatives = scores.Length - positives;
        return positives == 0 || negatives == 0 ? double.NaN : (ranks - positives * (positives + 1) / 2.0) / ((double)positives * negatives);
    }
}
