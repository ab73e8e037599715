// How far the values of a column moved between two profiles, by the population stability index (Siddiqi 2006; see Stability). A profile is
// a summary: what it leaves open is taken in favour of no change, so that the index is the least there can have been.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Inference.Drift;

namespace MaaS.Api.Datasets;

internal static class ProfileStability
{
    private const int NumberBins = 10;

    // By chance alone the index of B bins over n values is about B / n: below 0.05, with so many.
    private const long FewestPerBin = 20;

    /// <returns>Neither, where values of such columns are not held against one another; only the verdict, of too few.</returns>
    public static (double? Psi, DriftVerdict? Verdict) Of(ColumnProfile before, long rowsBefore, ColumnProfile after, long rowsAfter)
    {
        if (Bins(before, rowsBefore - before.Missing, after, rowsAfter - after.Missing) is not { } bins)
            return (null, null);
        var fewest = Math.Max(Stability.FewestRows, FewestPerBin * bins.Then.Count);
        if (Math.Min(rowsBefore - before.Missing, rowsAfter - after.Missing) < fewest)
            return (null, DriftVerdict.TooFew);
        var psi = Stability.Psi(bins.Then, bins.Now);
        return (psi, Stability.Verdict(psi));
    }

    /// <summary>Whether the most frequent values that are kept are all there are.</summary>
    public static bool IsWhole(ColumnProfile column) => !column.DistinctIsEstimate && column.Distinct <= column.Top.Count;

    private static (IReadOnlyList<double> Then, IReadOnlyList<double> Now)? Bins(ColumnProfile before, double valuesBefore, ColumnProfile after, double valuesAfter) => (before, after) switch
    {
        _ when IsWhole(before) && IsWhole(after) && IsCounted(before) && IsCounted(after) => Counted(before, valuesBefore, after, valuesAfter),
        ({ Numbers: { } then }, { Numbers: { } now }) => Ranges(then, now),
        ({ Type: ColumnType.Category }, { Type: ColumnType.Category }) => Counted(before, valuesBefore, after, valuesAfter),
        _ => null,
    };

    private static bool IsCounted(ColumnProfile column) => column.Type is not (ColumnType.Text or ColumnType.Image or ColumnType.Items);

    /// <summary>A bin for each value whose share is known in both, and one of all others.</summary>
    private static (IReadOnlyList<double>, IReadOnlyList<double>) Counted(ColumnProfile before, double valuesBefore, ColumnProfile after, double valuesAfter)
    {
        var (then, now) = (Shares(before, valuesBefore), Shares(after, valuesAfter));
        var known = then.Keys.Union(now.Keys, StringComparer.Ordinal).Where(value => (then.ContainsKey(value) || IsWhole(before)) && (now.ContainsKey(value) || IsWhole(after))).ToList();
        return (All(then), All(now));

        IReadOnlyList<double> All(Dictionary<string, double> shares)
        {
            var some = known.ConvertAll(value => shares.GetValueOrDefault(value));
            return [.. some, Math.Max(0, 1 - some.Sum())];
        }
    }

    private static Dictionary<string, double> Shares(ColumnProfile column, double values) =>
        column.Top.ToDictionary(top => top.Value, top => values > 0 ? top.Count / values : 0, StringComparer.Ordinal);

    /// <summary>About ten ranges that the earlier histogram knows exactly. What the later one leaves open of them is taken as it was.</summary>
    private static (IReadOnlyList<double>, IReadOnlyList<double>) Ranges(NumberSummary then, NumberSummary now)
    {
        var (all, since, below) = (then.Histogram.Sum(), 0L, 0L);
        List<double> sharesThen = [], sharesNow = [];
        var (lastThen, lastNow) = (0.0, 0.0);
        for (var bin = 0; bin < then.Histogram.Count - 1; bin++)
        {
            (since, below) = (since + then.Histogram[bin], below + then.Histogram[bin]);
            if (since * NumberBins < all)
                continue;
            since = 0;
            var share = (double)below / all;
            var (least, most) = UpTo(now, then.Min + (bin + 1) * (then.Max - then.Min) / then.Histogram.Count);
            Add(share, Math.Clamp(share, least, most));
        }
        Add(1, 1);
        return (sharesThen, sharesNow);

        void Add(double shareThen, double shareNow)
        {
            sharesThen.Add(shareThen - lastThen);
            sharesNow.Add(shareNow - lastNow);
            (lastThen, lastNow) = (shareThen, shareNow);
        }
    }

    /// <summary>Between which shares of the values can be below a place: by the bin it lies in, and by the median.</summary>
    private static (double Least, double Most) UpTo(NumberSummary numbers, double place)
    {
        if (place <= numbers.Min || place > numbers.Max)
            return place > numbers.Max ? (1, 1) : (0, 0);
        var (counts, all) = (numbers.Histogram, (double)numbers.Histogram.Sum());
        var bin = Math.Min(counts.Count - 1, (int)((place - numbers.Min) / (numbers.Max - numbers.Min) * counts.Count));
        var below = counts.Take(bin).Sum() / all;
        var (least, most) = (below, below + counts[bin] / all);
        return place > numbers.Median ? (Math.Clamp(0.5, least, most), most) : (least, Math.Clamp(0.5, least, most));
    }
}
