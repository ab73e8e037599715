// How far counted values are from a reference, and what that means in words.
using System.Globalization;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;

namespace MaaS.Inference.Drift;

public static class Stability
{
    /// <summary>The index of B bins over so many rows is B / rows by chance alone: of 10 bins 0.05.</summary>
    public const long FewestRows = 200;

    private const double Moderate = 0.1, Shifted = 0.25;

    /// <summary>More rows without a value than in training, in shares, that are worth a word; and that are another population.</summary>
    private const double MoreMissing = 0.05, MuchMoreMissing = 0.2;

    // A bin that was empty, now or then, would be infinitely far off.
    private const double LeastShare = 1e-4;

    /// <summary>
    /// The population stability index: sum over the bins of (now - then) * ln(now / then), each share being at least 0.0001. Siddiqi 2006,
    /// "Credit Risk Scorecards"; it is the symmetric Kullback-Leibler divergence (Jeffreys 1946).
    /// </summary>
    /// <param name="then">Shares.</param>
    /// <param name="now">Shares, or counts, bin by bin; what has no counterpart in <paramref name="then"/> was 0 then.</param>
    public static double Psi(IReadOnlyList<double> then, IReadOnlyList<double> now)
    {
        var all = now.Sum();
        var sum = 0.0;
        for (var bin = 0; bin < now.Count; bin++)
        {
            var (share, before) = (now[bin] / all, bin < then.Count ? then[bin] : 0);
            if (share > 0 || before > 0)
                sum += (Math.Max(share, LeastShare) - Math.Max(before, LeastShare)) * Math.Log(Math.Max(share, LeastShare) / Math.Max(before, LeastShare));
        }
        return sum;
    }

    public static DriftVerdict Verdict(double psi) => psi switch { < Moderate => DriftVerdict.Stable, < Shifted => DriftVerdict.Moderate, _ => DriftVerdict.Shifted };

    /// <param name="hours">Counts hour by hour, as <see cref="ColumnCounts"/> lays them out.</param>
    public static ColumnDrift Of(ColumnReference then, IReadOnlyList<(DateTimeOffset Hour, long[] Counts)> hours)
    {
        var length = then.Shares.Count + 2;
        var counts = new long[length];
        foreach (var (_, some) in hours.Where(hour => hour.Counts.Length == length))
            for (var i = 0; i < length; i++)
                counts[i] += some[i];
        var rows = counts.Sum();
        var (missing, unseen) = (Share(counts[ColumnCounts.Missing(length)], rows), then.Values is null ? (double?)null : Share(counts[ColumnCounts.Unseen(length)], rows));
        var psi = Psi(then, counts);
        var (verdict, sentence) = Verdict(then, rows, psi, missing, unseen);
        double there = counts[..^2].Sum();
        return new ColumnDrift(
            then.Name, verdict, sentence, psi, missing, then.Missing, unseen,
            [.. Names(then).Select((name, bin) => new DriftBin(name, then.Shares[bin], there == 0 ? 0 : counts[bin] / there)).Where(bin => bin is not { Then: 0, Now: 0 })],
            [.. hours.Select(hour => (hour.Hour, Psi: Psi(then, hour.Counts))).Where(hour => hour.Psi is not null).Select(hour => new DriftPoint(hour.Hour, hour.Psi!.Value))]);
    }

    /// <summary>Over the values that are there; null of too few rows.</summary>
    private static double? Psi(ColumnReference then, long[] counts)
    {
        var there = counts[..^1];
        return there.Sum() >= FewestRows && then.Shares.Any(share => share > 0) && counts.Length == then.Shares.Count + 2
            ? Psi(then.Shares, Array.ConvertAll(there, count => (double)count)) : null;
    }

    private static (DriftVerdict, string) Verdict(ColumnReference then, long rows, double? psi, double missing, double? unseen)
    {
        if (rows < FewestRows)
            return (DriftVerdict.TooFew, string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows are too few to tell; {FewestRows} are needed."));
        var verdict = Verdict(psi ?? 0);
        var words = psi switch
        {
            null => "Almost no row has a value.",
            < Moderate => "As in training.",
            < Shifted => "Somewhat different from training; keep an eye on it.",
            _ => "Another population than in training; look at its values, and consider training anew.",
        };
        var more = missing - then.Missing;
        if (more >= MoreMissing)
        {
            verdict = more >= MuchMoreMissing ? DriftVerdict.Shifted : (DriftVerdict)Math.Max((int)verdict, (int)DriftVerdict.Moderate);
            words += string.Create(CultureInfo.InvariantCulture, $" {missing:P0} of the rows have no value, where it was {then.Missing:P0}.");
        }
        if (unseen > 0.01)
            words += string.Create(CultureInfo.InvariantCulture, $" {unseen:P0} of the rows have a category that training did not know.");
        return (verdict, words);
    }

    private static IEnumerable<string> Names(ColumnReference column)
    {
        if (column.Values is { } values)
            return [.. values, "other known ones"];
        var edges = column.Edges ?? [];
        return edges.Count == 0 ? ["any value"] :
        [
            $"up to {Text(edges[0])}", .. edges.Zip(edges.Skip(1), (low, high) => $"{Text(low)} to {Text(high)}"), $"above {Text(edges[^1])}",
        ];
    }

    private static string Text(double edge) => edge.ToString("G6", CultureInfo.InvariantCulture);

    private static double Share(long count, long rows) => rows == 0 ? 0 : (double)count / rows;
}
