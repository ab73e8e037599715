using MaaS.Contracts.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Shared;

public sealed class LineShapeTests
{
    [Fact]
    public void Smoothing_is_an_exponential_average_without_a_bias_to_zero_and_what_was_measured_stays_behind_it()
    {
        var line = LineShape.Line("a", 0, Samples((0, 1), (1, 0), (2, 1)), new(Smoothing: 0.5));

        Assert.Equal([1, 0, 1], line.Raw!);
        // s = 1/2, 1/4, 5/8 over n = 1/2, 3/4, 7/8.
        Assert.Equal([1, Math.Round(1 / 3.0, 9), Math.Round(5 / 7.0, 9)], line.Y.Select(y => Math.Round(y, 9)));
    }

    [Fact]
    public void A_level_series_stays_level_and_a_nan_stays_a_nan_and_spoils_nothing()
    {
        var smooth = LineShape.Smooth([0, 1, 2, 9, 10], [3, 3, double.NaN, 3, 3], 0.9);

        Assert.Equal([3, 3, double.NaN, 3, 3], smooth.Select(value => Math.Round(value, 9)));
    }

    [Fact]
    public void After_a_longer_way_the_past_weighs_less()
    {
        var near = LineShape.Smooth([0, 1, 2, 3, 10], [0, 0, 0, 1, 1], 0.5)[3];
        var far = LineShape.Smooth([0, 1, 2, 9, 10], [0, 0, 0, 1, 1], 0.5)[3];

        Assert.True(far > near, $"{far} after seven steps, {near} after one");
    }

    [Fact]
    public void Against_time_a_line_begins_where_the_run_did()
    {
        var points = new MetricSample[] { new(10, 1, DateTimeOffset.UnixEpoch.AddSeconds(5)), new(20, 2, DateTimeOffset.UnixEpoch.AddSeconds(8)) };

        Assert.Equal([5.0, 8], LineShape.Line("a", 0, points, new(ChartView.Time), DateTimeOffset.UnixEpoch).X);
        Assert.Equal([0.0, 3], LineShape.Line("a", 0, points, new(ChartView.Time)).X);
    }

    [Fact]
    public void Against_a_metric_points_lie_where_that_was_at_their_step()
    {
        var line = LineShape.Line("a", 0, Samples((0, 9), (1, 8), (2, 7), (5, 6)), new("tokens"), along: Samples((1, 100), (3, 300)));

        // Before its first and after its last point nothing is known of it.
        Assert.Equal([100.0, 200], line.X);
        Assert.Equal([8.0, 7], line.Y);
    }

    [Fact]
    public void A_spread_is_the_mean_and_one_deviation_of_the_lines_that_reach_there()
    {
        var spread = Spread.Of("seeds", 3, [new("a", 0, [0, 2, 4], [1, 1, 1]), new("b", 1, [0, 4, 6], [3, 3, 5])]);

        Assert.Equal([0.0, 2, 4, 6], spread.X);
        Assert.Equal([2.0, 2, 2, 5], spread.Y);
        Assert.Equal([2 - Math.Sqrt(2), 2 - Math.Sqrt(2), 2 - Math.Sqrt(2), 5], spread.Low!);
        Assert.Equal(("seeds", 3), (spread.Name, spread.Place));
    }

    [Fact]
    public void A_spread_leaves_out_what_is_no_number_and_has_no_more_places_than_a_drawing_shows()
    {
        var with = Spread.Of("seeds", 0, [new("a", 0, [0, 1], [1, double.NaN]), new("b", 1, [0, 1], [1, 5])]);
        var many = Spread.Of("seeds", 0, [new("a", 0, [.. Enumerable.Range(0, 5000).Select(i => (double)i)], [.. Enumerable.Range(0, 5000).Select(i => 1.0)])]);

        Assert.Equal([1.0, 5], with.Y);
        Assert.Equal((400, 0.0, 4999.0), (many.X.Count, many.X[0], many.X[^1]));
    }

    [Theory]
    [InlineData("0.5", "0.5")]
    [InlineData("adam", "\"adam\"")]
    [InlineData("a \"b\"", "\"a \"\"b\"\"\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("-5", "-5")]
    [InlineData("", "\"\"")]
    public void A_cell_of_a_csv_is_a_number_or_a_quoted_text_and_never_a_formula(string text, string cell) => Assert.Equal(cell, Csv.Cell(text));

    private static MetricSample[] Samples(params (long Step, double Value)[] points) => [.. points.Select(point => new MetricSample(point.Step, point.Value, DateTimeOffset.UnixEpoch))];
}
