// Thins a series to the real points a drawing cannot do without. Pure arithmetic; knows nothing of tables.
using MaaS.Contracts.Experiments;

namespace MaaS.Catalog.Experiments;

internal static class Thinning
{
    /// <summary>At most this many points come out of a bucket: first, last, smallest, largest and first NaN.</summary>
    public const int PointsPerBucket = 5;

    /// <summary>
    /// Divides the steps into buckets of equal width and keeps each bucket's first, last, smallest and largest point, and its
    /// first NaN, because a chart that hides where the loss diverged would lie.
    /// </summary>
    /// <param name="points">By ascending step.</param>
    /// <param name="most">About how many points may come out; everything is kept when there are no more.</param>
    public static List<MetricSample> Thin(List<MetricSample> points, int most)
    {
        if (points.Count <= most)
            return points;
        // A bucket seldom holds a NaN, so four points each fill the drawing.
        var buckets = Math.Max(1, most / (PointsPerBucket - 1));
        var first = points[0].Step;
        var width = ((double)points[^1].Step - first + 1) / buckets;
        var kept = new List<MetricSample>(most);
        for (var start = 0; start < points.Count;)
        {
            var bucket = (int)((points[start].Step - first) / width);
            var end = start + 1;
            while (end < points.Count && (int)((points[end].Step - first) / width) == bucket)
                end++;
            foreach (var index in Outline(start, end, i => points[i].Value))
                kept.Add(points[index]);
            start = end;
        }
        return kept;
    }

    /// <summary>Positions in [start, end) of the first, last, smallest, largest and first NaN value, ascending, each once.</summary>
    public static SortedSet<int> Outline(int start, int end, Func<int, double> value)
    {
        int smallest = -1, largest = -1, nan = -1;
        for (var i = start; i < end; i++)
        {
            var v = value(i);
            if (double.IsNaN(v))
                nan = nan < 0 ? i : nan;
            else if (smallest < 0)
                smallest = largest = i;
            else if (v < value(smallest))
                smallest = i;
            else if (v > value(largest))
                largest = i;
        }
        var outline = new SortedSet<int> { start, end - 1 };
        foreach (var index in (ReadOnlySpan<int>)[smallest, largest, nan])
            if (index >= 0)
                outline.Add(index);
        return outline;
    }
}
