// How long a model takes and how much memory, as it is served: through the same session, with the same threads. Only the runtime is timed, not
// JSON and not the network. Knows no quality: that is for whoever has the truth.
using System.Diagnostics;

namespace MaaS.Inference;

/// <param name="P50Ms">Of one row, milliseconds.</param>
/// <param name="BatchMs">Median of <see cref="Measurement.BatchRows"/> rows.</param>
/// <param name="RowsPerSecond">In such batches.</param>
public sealed record Timing(double P50Ms, double P99Ms, double BatchMs, double RowsPerSecond);

public static class Measurement
{
    public const int BatchRows = 32;

    /// <summary>Calls in a row of one model before it is another's turn; the first is not counted, because its memory is cold.</summary>
    private const int Burst = 8;

    /// <summary>A hundredth of fewer is a guess.</summary>
    private const int FewestCalls = 16;

    /// <summary>Times models of one task on the same rows, taking turns, so that what else the machine does hits all alike.</summary>
    /// <param name="columns">As <see cref="Model.Run"/> takes them; of a language model one long[] of tokens, row after row. Of an input that
    /// knows no rows, as a recommender's, an array of arrays, one for each row; a batch is then as many calls.</param>
    /// <param name="each">Time for each model; a slow one takes longer, for its <c>16</c> calls.</param>
    public static IReadOnlyList<Timing> Of(IReadOnlyList<Model> models, IReadOnlyList<Array> columns, int rows, TimeSpan each)
    {
        if (rows < 1)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, "At least one row is needed to time a model on.");
        var (one, batch) = (MeasuredRows.Of(columns, rows, 1), MeasuredRows.Of(columns, rows, BatchRows));
        var singles = Take(models, one, each / 2);
        var batches = Take(models, batch, each / 2);
        return [.. singles.Zip(batches, (alone, together) =>
        {
            var median = Quantile(together, 0.5);
            return new Timing(Quantile(alone, 0.5), Quantile(alone, 0.99), median, BatchRows / median * 1000);
        })];
    }

    /// <summary>
    /// The most resident memory that loading a package and answering one batch adds to this process, in bytes; null where the system does not
    /// say (not Linux). Freed memory is given back before, but what a library keeps for itself and uses again is not seen: in a process that
    /// has loaded other models the figure is a lower bound, of some hundred kilobytes' accuracy.
    /// </summary>
    /// <param name="folder">A package.</param>
    /// <exception cref="ModelLoadException">The package does not load.</exception>
    public static long? PeakBytes(string folder, IReadOnlyList<Array> columns, int rows)
    {
        var batch = MeasuredRows.Of(columns, rows, BatchRows);
        return ResidentMemory.PeakOf(() =>
        {
            using var model = Model.Load(folder);
            batch.Ask(model);
        });
    }

    /// <returns>Milliseconds of each call, in ascending order.</returns>
    private static List<double>[] Take(IReadOnlyList<Model> models, MeasuredRows rows, TimeSpan each)
    {
        var (times, spent) = (models.Select(_ => new List<double>()).ToArray(), new double[models.Count]);
        for (var round = 0; models.Count > 0 && Enumerable.Range(0, models.Count).Any(Wants); round++)
            for (var turn = 0; turn < models.Count; turn++)
            {
                // Each round begins with another one: what follows something slow is not always the same.
                var model = (round + turn) % models.Count;
                for (var call = 0; call < Burst && Wants(model); call++)
                {
                    var started = Stopwatch.GetTimestamp();
                    rows.Ask(models[model]);
                    var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                    spent[model] += took;
                    if (call > 0)
                        times[model].Add(took);
                }
            }
        foreach (var list in times)
            list.Sort();
        return times;

        bool Wants(int model) => times[model].Count < FewestCalls || spent[model] < each.TotalMilliseconds;
    }

    /// <summary>Of sorted values, the nearest rank.</summary>
    private static double Quantile(List<double> sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
