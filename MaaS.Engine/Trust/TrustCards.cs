// A classifier's card, from what it answered.
using MaaS.Contracts.Models;
using MaaS.Inference;

namespace MaaS.Engine.Trust;

internal static class TrustCards
{
    /// <summary>Fewer rows of one value say nothing of it.</summary>
    private const int FewestRows = 20;

    private const int MostSlices = 50;

    /// <param name="choosing">Validation rows: what is fitted is fitted on them.</param>
    /// <param name="columns">By name, the test rows' values of the columns that slices are made of.</param>
    public static TrustCard Of(
        Answered choosing, Answered test, string target, IReadOnlyList<string> labels, IEnumerable<KeyValuePair<string, string[]>>? columns = null, RobustnessFigures? robustness = null)
    {
        var classes = new KeyValuePair<string, string[]>(target, Array.ConvertAll(test.Truth, number => labels[(int)number]));
        return new(
            Calibration.Of(choosing, test), Conformal.Of(choosing, test),
            [.. (columns ?? []).Append(classes).SelectMany(column => Slices(test, column.Key, column.Value)).OrderBy(slice => slice.Accuracy).Take(MostSlices)], robustness);
    }

    private static IEnumerable<SliceFigures> Slices(Answered test, string column, string[] values) =>
        from row in Enumerable.Range(0, test.Rows)
        group test.Best(row) == test.Truth[row] by values[row] into slice
        where slice.Count() >= FewestRows
        let accuracy = slice.Average(right => right ? 1.0 : 0)
        let interval = Intervals.Wilson(accuracy, slice.Count())
        select new SliceFigures(column, slice.Key, slice.Count(), accuracy, interval.Low, interval.High);
}
