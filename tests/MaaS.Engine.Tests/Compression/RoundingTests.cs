// Numbers to few bits and back, by hand and against the definition; ranges from histograms.
using MaaS.Contracts.Compression;
using MaaS.Engine.Compression.Quantization;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

public sealed class RoundingTests
{
    [Fact]
    public void Each_output_has_a_scale_of_its_own()
    {
        // (2 inputs, 3 outputs): the columns' largest are 1.27, 2.54 and nothing.
        var rounded = Rounding.PerChannel([1.27f, -2.54f, 0, -0.1f, 1.27f, 0], [2, 3], 1, 127);
        Assert.Equal([127, -127, 0, -10, 64, 0], rounded.Numbers.Select(number => (int)number)); // 63.5 goes to the even 64
        Assert.Equal([0.01f, 0.02f, 1], rounded.Scales.Select(scale => MathF.Round(scale, 6)));
    }

    [Fact]
    public void Seven_bits_keep_to_63() => Assert.Equal(
        [63, -63, 32], Rounding.Whole([2, -2, 1.01f], 63).Numbers.Select(number => (int)number));

    [Theory]
    [InlineData(8, 0.01)]
    [InlineData(4, 0.15)]
    [InlineData(2, 0.6)]
    public void A_block_is_off_by_little_and_keeps_its_zeros(int bits, double most)
    {
        var random = new Random(2);
        var rows = Enumerable.Range(0, 6 * 50).Select(i => i % 5 == 0 ? 0 : (float)(random.NextDouble() - 0.3)).ToArray();
        foreach (var isCentred in new[] { true, false })
        {
            var rounded = Rounding.Blocks(rows, 50, 16, bits, isCentred);
            Assert.Equal((24, 24), (rounded.Scales.Length, rounded.ZeroPoints.Length)); // four blocks a row, the last of two numbers
            var back = rows.Select((_, i) => rounded.Scales[i / 50 * 4 + i % 50 / 16] * (rounded.Numbers[i] - rounded.ZeroPoints[i / 50 * 4 + i % 50 / 16])).ToArray();
            Assert.True(Graphs.Off(back, rows) < most, $"off by {Graphs.Off(back, rows)}");
            Assert.All(rows.Zip(back).Where(pair => pair.First == 0), pair => Assert.Equal(0, pair.Second));
            Assert.All(rounded.Numbers, number => Assert.InRange(number, 0, (1 << bits) - 1));
        }
    }

    [Fact]
    public void Numbers_are_packed_with_the_first_in_the_lowest_bits()
    {
        Assert.Equal([0x21, 0x43, 0x05], Rounding.Pack([1, 2, 3, 4, 5], 4));
        Assert.Equal([0b11_10_01_00, 0b01], Rounding.Pack([0, 1, 2, 3, 1], 2));
        Assert.Equal([0b1000_0101, 0b1], Rounding.Pack([1, 0, 1, 0, 0, 0, 0, 1, 1], 1));
        Assert.Equal([7, 255], Rounding.Pack([7, 255], 8));
    }

    [Fact]
    public void A_range_is_what_was_seen_or_most_of_it()
    {
        var histogram = new Histogram();
        histogram.Add([0, 0, float.NegativeInfinity, float.NaN]);
        foreach (var part in Enumerable.Range(0, 10_000).Select(i => i / 10_000f).Chunk(100))
            histogram.Add(part);
        histogram.Add([30, -0.5f]);
        Assert.Equal((-0.5f, 30), histogram.Range(CalibrationMethod.MinMax, 0));
        // One value of ten thousand lies beyond; bins are as wide as what came last makes them.
        var (low, high) = histogram.Range(CalibrationMethod.Percentile, 99.9);
        Assert.InRange(high, 0.98, 1.1);
        Assert.InRange(low, -0.5, 0);
    }

    [Fact]
    public void The_entropy_method_cuts_off_a_few_values_far_away_and_keeps_an_even_spread_whole()
    {
        var (random, bell, even) = (new Random(6), new Histogram(), new Histogram());
        bell.Add([.. Enumerable.Range(0, 50_000).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))), 25, -25]);
        even.Add([.. Enumerable.Range(0, 50_000).Select(i => i / 50_000f)]);
        Assert.InRange(bell.Range(CalibrationMethod.Entropy, 0).High, 2.5, 12);
        Assert.InRange(even.Range(CalibrationMethod.Entropy, 0).High, 0.98, 1);
    }

    [Fact]
    public void Seven_bits_are_for_processors_that_need_them_and_for_those_who_ask()
    {
        Assert.Equal((63, 127), (ReducedRange.Most(true), ReducedRange.Most(false)));
        Assert.Equal(ReducedRange.IsNeeded ? 63 : 127, ReducedRange.Most(null));
        if (File.Exists("/proc/cpuinfo") && System.Runtime.Intrinsics.X86.X86Base.IsSupported)
            Assert.Equal(!File.ReadAllText("/proc/cpuinfo").Contains("vnni", StringComparison.Ordinal), ReducedRange.IsNeeded);
    }
}
