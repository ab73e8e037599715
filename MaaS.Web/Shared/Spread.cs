// Several lines as one: their mean, and a standard deviation to both sides. For runs that differ only in their seed.
namespace MaaS.Web.Shared;

internal static class Spread
{
    // Finer than a drawing shows.
    private const int MostPlaces = 400;

    /// <summary>
    /// At every x where a line has a point (at most 400 of them, evenly), over the lines that reach there. Below two lines there is no
    /// deviation, and the band is as thin as the line.
    /// </summary>
    public static ChartLine Of(string name, int place, IReadOnlyList<ChartLine> lines)
    {
        var sorted = lines.Select(Finite).Where(points => points.Length > 0).ToList();
        var xs = Places(sorted);
        var (mean, low, high) = (new double[xs.Length], new double[xs.Length], new double[xs.Length]);
        for (var i = 0; i < xs.Length; i++)
        {
            var values = sorted.Select(points => At(points, xs[i])).Where(double.IsFinite).ToArray();
            mean[i] = values.Average();
            var deviation = values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean[i]) * (value - mean[i])) / (values.Length - 1));
            (low[i], high[i]) = (mean[i] - deviation, mean[i] + deviation);
        }
        return new(name, place, xs, mean, Low: low, High: high);
    }

    // Against a metric x may go back; a mean at an x needs them in order.
    private static (double X, double Y)[] Finite(ChartLine line) =>
        [.. line.X.Zip(line.Y).Where(point => double.IsFinite(point.First) && double.IsFinite(point.Second)).OrderBy(point => point.First)];

    private static double[] Places(List<(double X, double Y)[]> lines)
    {
        var all = lines.SelectMany(points => points.Select(point => point.X)).Distinct().Order().ToArray();
        return all.Length <= MostPlaces ? all : [.. Enumerable.Range(0, MostPlaces).Select(i => all[(long)i * (all.Length - 1) / (MostPlaces - 1)])];
    }

    private static double At((double X, double Y)[] points, double x)
    {
        if (x < points[0].X || x > points[^1].X) return double.NaN;
        var (low, high) = (0, points.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (points[middle].X < x) low = middle + 1;
            else high = middle;
        }
        if (points[low].X == x || low == 0) return points[low].Y;
        var (before, after) = (points[low - 1], points[low]);
        return before.Y + (after.Y - before.Y) * (x - before.X) / (after.X - before.X);
    }
}
