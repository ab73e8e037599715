// What the encoder learned of each column from the training rows, and nothing else: enough to build the network and the graph.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Tasks.Tabular;

/// <param name="Median">Stands in for a missing value.</param>
/// <param name="Edges">Strictly rising quantiles, in standard deviations from the mean: the bins of the piecewise-linear encoding.</param>
internal sealed record NumberFeature(
    string Name, ColumnType Type, float Median, float Mean, float StandardDeviation, float Min, float Max, float[] Edges)
{
    /// <summary>
    /// Quantile bins: 48 resolve a skewed income or a coordinate, and cost 48 inputs; fewer distinct values give fewer.
    /// </summary>
    private const int MaxBins = 48;

    /// <summary>Of 32-bit numbers; a smaller deviation would divide by zero.</summary>
    private const double SmallestNormal = 1.1754944e-38;

    /// <param name="values">Of the training rows; NaN is missing.</param>
    public static NumberFeature Fit(string name, ColumnType type, ReadOnlySpan<float> values)
    {
        var known = new List<float>(values.Length);
        foreach (var value in values)
            if (!float.IsNaN(value))
                known.Add(value);
        if (known.Count == 0)
            return new NumberFeature(name, type, 0, 0, 1, 0, 0, []);

        known.Sort();
        var mean = known.Average(value => (double)value);
        var deviation = Math.Sqrt(known.Average(value => (value - mean) * (value - mean)));
        // A column that is constant, as far as 32 bits can tell, says nothing; dividing by one keeps it at zero.
        var scale = deviation > Math.Max(1e-6 * Math.Abs(mean), SmallestNormal) ? deviation : 1;
        var edges = Quantiles(known).Select(value => (value - (float)mean) / (float)scale).Distinct().ToArray();
        return new NumberFeature(name, type, known[known.Count / 2], (float)mean, (float)scale, known[0], known[^1], edges.Length > 1 ? edges : []);
    }

    /// <summary>
    /// Quantiles, but a value repeated often weighs one bin at most: of a capital gain that is 0 in nine rows of ten, plain quantiles would
    /// spend nine edges of ten on the zero.
    /// </summary>
    private static IEnumerable<float> Quantiles(List<float> sorted)
    {
        var values = sorted.CountBy(value => value).ToArray();
        if (values.Length <= MaxBins + 1)
            return values.Select(pair => pair.Key);

        double total = sorted.Count;
        double[] weights = [];
        // A cap lowers the total and so the cap: a few rounds settle it.
        for (var round = 0; round < 8; round++)
        {
            var cap = total / MaxBins;
            weights = [.. values.Select(pair => Math.Min(pair.Value, cap))];
            total = weights.Sum();
        }

        var edges = new List<float> { values[0].Key };
        double passed = 0;
        for (var i = 0; i < values.Length; i++)
        {
            passed += weights[i];
            if (passed >= edges.Count * total / MaxBins && i > 0)
                edges.Add(values[i].Key);
        }
        return edges.Append(values[^1].Key);
    }
}

/// <param name="Categories">Known texts, most frequent first; their index is 1 plus the position. 0 is unknown, "" is missing when it was frequent.</param>
internal sealed record CategoryFeature(string Name, string[] Categories)
{
    /// <summary>Below this a category shares the unknown slot, which so learns what a rare value means.</summary>
    private const int MinCount = 3;

    private const int MaxCategories = 10_000;

    /// <summary>Rows of the embedding table.</summary>
    public int Slots => Categories.Length + 1;

    /// <param name="texts">Of the training rows; null is missing.</param>
    public static CategoryFeature Fit(string name, IEnumerable<string?> texts) => new(name,
    [
        .. texts.GroupBy(text => text ?? "")
            .Select(group => (Text: group.Key, Count: group.Count()))
            .Where(group => group.Count >= MinCount)
            .OrderByDescending(group => group.Count).ThenBy(group => group.Text, StringComparer.Ordinal)
            .Take(MaxCategories)
            .Select(group => group.Text),
    ]);
}
