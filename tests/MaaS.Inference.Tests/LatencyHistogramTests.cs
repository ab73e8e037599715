using Xunit;

namespace MaaS.Inference.Tests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0.25, 0.1375)]
    [InlineData(0.5, 0.175)]
    [InlineData(1.0, 0.25)]
    public void A_quantile_lies_evenly_within_its_bucket(double share, double expected)
    {
        var buckets = new long[LatencyHistogram.Bounds.Count + 1];
        Assert.Null(LatencyHistogram.Quantile(buckets, share));
        buckets[1] = 8; // 0.1 to 0.25 ms

        Assert.Equal(expected, LatencyHistogram.Quantile(buckets, share)!.Value, 1e-9);
    }

    [Fact]
    public void What_is_above_the_last_bound_is_that_bound()
    {
        var buckets = new long[LatencyHistogram.Bounds.Count + 1];
        buckets[^1] = 3;

        Assert.Equal(10_000, LatencyHistogram.Quantile(buckets, 0.5));
    }
}
