// The one latency histogram: what the server counts into, keeps by the minute, and reads quantiles out of.
namespace MaaS.Inference;

public static class LatencyHistogram
{
    /// <summary>Upper bounds of the buckets, in milliseconds; one more bucket takes the rest.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

    /// <summary>
    /// Milliseconds within which this share of the answers came, 0 to 1: even within a bucket, as Prometheus' <c>histogram_quantile</c> takes it.
    /// Null without answers; what lies above the last bound is that bound.
    /// </summary>
    /// <param name="buckets">Answers in each.</param>
    public static double? Quantile(IReadOnlyList<long> buckets, double share)
    {
        var (wanted, passed) = (share * buckets.Sum(), 0L);
        if (wanted == 0)
            return null;
        for (var i = 0; i < Bounds.Count; passed += buckets[i++])
            if (passed + buckets[i] >= wanted)
            {
                var low = i == 0 ? 0 : Bounds[i - 1];
                return low + (Bounds[i] - low) * (wanted - passed) / buckets[i];
            }
        return Bounds[^1];
    }
}
