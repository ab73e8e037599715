// Which pairs of number columns say together what neither says alone: how much of the answers' variance the cells of a grid of both
// explain, after each column by itself has explained what it can (after Lou et al. 2013, "Accurate intelligible models with pairwise
// interactions"). Knows the training rows alone; nothing of networks.
namespace MaaS.Engine.Tasks.Tabular;

/// <summary>Places among the encoder's number columns.</summary>
internal sealed record ColumnPair(int First, int Second);

internal static class PairChoice
{
    private const int Bins = 24;
    private const int MaxPairs = 4;
    private const int MaxColumns = 64;
    private const int MaxRows = 20_000;

    /// <summary>Of the strongest pair's strength. Weaker pairs teach chance: on California housing the map alone validates better than with three pairs more.</summary>
    private const double Weakest = 0.6;

    /// <summary>Standard deviations above what chance would explain.</summary>
    private const double Surprise = 4;

    /// <param name="columns">F columns of N numbers; NaN is missing.</param>
    /// <param name="answers">What is to be explained, N numbers each; of a classification one for each class.</param>
    /// <returns>The strongest pairs, strongest first; none when none is stronger than chance.</returns>
    public static IReadOnlyList<ColumnPair> Of(IReadOnlyList<float[]> columns, IReadOnlyList<double[]> answers)
    {
        var step = Math.Max(1, answers[0].Length / MaxRows);
        double[] Some(double[] values) => [.. values.Where((_, row) => row % step == 0)];
        var bins = columns.Take(MaxColumns).Select(column => Binned([.. column.Where((_, row) => row % step == 0)])).ToArray();
        var wanted = answers.Select(Some).ToArray();
        var found = (
            from first in Enumerable.Range(0, bins.Length)
            from second in Enumerable.Range(first + 1, bins.Length - first - 1)
            let strength = wanted.Sum(answer => Strength(bins[first], bins[second], answer))
            where strength > 0
            orderby strength descending
            select (Pair: new ColumnPair(first, second), strength)).Take(MaxPairs).ToArray();
        return [.. found.Where(one => one.strength >= Weakest * found[0].strength).Select(one => one.Pair)];
    }

    /// <summary>Variance explained beyond both columns alone and beyond chance, summed over the rows; 0 where chance could do it.</summary>
    private static double Strength(int[] first, int[] second, double[] answer)
    {
        var mean = answer.Average();
        var rest = Array.ConvertAll(answer, value => value - mean);
        for (var round = 0; round < 3; round++) // each column explains what the other left, until little changes
        {
            Subtract(first, rest);
            Subtract(second, rest);
        }
        const int all = Bins + 1;
        var (sums, counts) = (new double[all * all], new int[all * all]);
        for (var row = 0; row < rest.Length; row++)
        {
            sums[first[row] * all + second[row]] += rest[row];
            counts[first[row] * all + second[row]]++;
        }
        var cells = counts.Count(count => count > 0);
        var variance = rest.Sum(value => value * value) / rest.Length;
        var explained = sums.Zip(counts, (sum, count) => count > 0 ? sum * sum / count : 0).Sum() - cells * variance;
        return explained > Surprise * Math.Sqrt(2 * cells) * variance ? explained : 0;
    }

    private static void Subtract(int[] bins, double[] rest)
    {
        var (sums, counts) = (new double[Bins + 1], new int[Bins + 1]);
        for (var row = 0; row < rest.Length; row++)
        {
            sums[bins[row]] += rest[row];
            counts[bins[row]]++;
        }
        for (var row = 0; row < rest.Length; row++)
            rest[row] -= sums[bins[row]] / counts[bins[row]];
    }

    /// <summary>The quantile bin of each value; missing ones have a bin of their own, the last.</summary>
    private static int[] Binned(float[] values)
    {
        float[] sorted = [.. values.Where(value => !float.IsNaN(value)).Order()];
        float[] edges = sorted.Length == 0 ? [] : [.. Enumerable.Range(1, Bins - 1).Select(edge => sorted[(long)edge * sorted.Length / Bins]).Distinct()];
        return Array.ConvertAll(values, value =>
        {
            if (float.IsNaN(value))
                return Bins;
            var place = Array.BinarySearch(edges, value);
            return place < 0 ? ~place : place + 1;
        });
    }
}
