// From measured points to the line that is drawn: against which x, and how smooth. Points are thinned already: each stands for those
// around it, so smoothing goes by distance along x, not by how many points there are.
using MaaS.Contracts.Experiments;

namespace MaaS.Web.Shared;

internal static class LineShape
{
    /// <param name="start">When time 0 is; null is the first point's.</param>
    /// <param name="along">The series that is x, when the view's x is a metric: what it was at each point's step.</param>
    public static ChartLine Line(
        string name, int place, IReadOnlyList<MetricSample> points, ChartView view, DateTimeOffset? start = null, IReadOnlyList<MetricSample>? along = null)
    {
        var x = view.X switch
        {
            ChartView.Step => points.Select(point => (double)point.Step),
            ChartView.Time => points.Select(point => (point.At - (start ?? points[0].At)).TotalSeconds),
            _ => At(along ?? [], points),
        };
        var drawn = x.Zip(points, (x, point) => (X: x, Y: point.Value)).Where(point => !double.IsNaN(point.X)).ToList();
        var (xs, ys) = (drawn.ConvertAll(point => point.X), drawn.ConvertAll(point => point.Y));
        return view.Smoothing > 0 && drawn.Count > 2
            ? new(name, place, xs, Smooth(xs, ys, view.Smoothing), Raw: ys)
            : new(name, place, xs, ys);
    }

    /// <summary>
    /// Exponential moving average, begun without a bias towards zero: y~(i) = s(i) / n(i) with s(i) = w s(i-1) + (1 - w) y(i) and n the
    /// same over ones. The weight w is <paramref name="weight"/> for a usual distance between points and less for a longer one. What
    /// is no number stays where it is and adds nothing.
    /// </summary>
    public static IReadOnlyList<double> Smooth(IReadOnlyList<double> x, IReadOnlyList<double> y, double weight)
    {
        var usual = Math.Abs(x[^1] - x[0]) / (x.Count - 1);
        var smooth = new double[y.Count];
        var (sum, norm, last) = (0.0, 0.0, x[0]);
        for (var i = 0; i < y.Count; i++)
        {
            if (!double.IsFinite(y[i]))
            {
                smooth[i] = y[i];
                continue;
            }
            var w = usual > 0 ? Math.Pow(weight, Math.Abs(x[i] - last) / usual) : weight;
            // The first point, and one at the same x, would otherwise weigh nothing.
            if (w >= 1) w = weight;
            (sum, norm, last) = (w * sum + (1 - w) * y[i], w * norm + (1 - w), x[i]);
            smooth[i] = sum / norm;
        }
        return smooth;
    }

    /// <summary>What a series was at the steps of others, straight between its points; NaN before its first and after its last.</summary>
    private static IEnumerable<double> At(IReadOnlyList<MetricSample> series, IReadOnlyList<MetricSample> points)
    {
        var next = 0;
        foreach (var point in points)
        {
            while (next < series.Count && series[next].Step < point.Step) next++;
            if (next == series.Count) yield return double.NaN;
            else if (series[next].Step == point.Step) yield return series[next].Value;
            else if (next == 0) yield return double.NaN;
            else yield return Between(series[next - 1], series[next], point.Step);
        }
    }

    private static double Between(MetricSample before, MetricSample after, long step) =>
        before.Value + (after.Value - before.Value) * (step - before.Step) / (after.Step - before.Step);
}
