// Intervals against figures that others worked out, and against how often they hold the truth.
using MaaS.Contracts.Models;
using Xunit;

namespace MaaS.Inference.Tests;

public sealed class IntervalTests
{
    [Theory]
    // R 4.3, binom::binom.wilson(8, 10) and (0, 20).
    [InlineData(0.8, 10, 0.4901625, 0.9433178)]
    [InlineData(0, 20, 0, 0.1611252)]
    public void Of_a_share_it_is_Wilsons(double share, long rows, double low, double high)
    {
        var interval = Intervals.Of(Metrics("accuracy", share, rows, null), "accuracy");

        Assert.Equal((low, high), (Math.Round(interval.Low!.Value, 7), Math.Round(interval.High!.Value, 7)));
    }

    [Fact]
    public void Of_an_area_it_is_that_of_Hanley_and_McNeil()
    {
        // Their example: an area of 0.893 of 58 normal and 51 abnormal has a standard error of 0.032.
        var interval = Intervals.Of(Metrics("roc_auc", 0.893, 109, [[40, 18], [10, 41]]), "roc_auc");

        Assert.Equal(0.032, (interval.High!.Value - interval.Low!.Value) / 2 / 1.959964, 0.001);
    }

    [Theory]
    [InlineData("macro_f1")]
    [InlineData("mcc")]
    public void Of_what_a_confusion_matrix_gives_it_holds_the_figure_and_narrows_with_more_rows(string measure)
    {
        var few = Intervals.Of(Metrics(measure, measure == "mcc" ? 0.6 : 0.8, 100, [[40, 10], [10, 40]]), measure);
        var many = Intervals.Of(Metrics(measure, measure == "mcc" ? 0.6 : 0.8, 10_000, [[4000, 1000], [1000, 4000]]), measure);

        Assert.True(few.Low < few.Value && few.Value < few.High && many.Low < many.Value && many.Value < many.High);
        // A hundred times the rows, a tenth of the width.
        Assert.Equal(10, (few.High!.Value - few.Low!.Value) / (many.High!.Value - many.Low!.Value), 1.5);
        Assert.Equal(few, Intervals.Of(Metrics(measure, few.Value, 100, [[40, 10], [10, 40]]), measure));
    }

    [Fact]
    public void Where_too_little_was_kept_there_is_none() =>
        Assert.Equal(new FigureInterval(0.3), Intervals.Of(Metrics("log_loss", 0.3, 100, [[40, 10], [10, 40]]), "log_loss"));

    private static ModelMetrics Metrics(string measure, double value, long rows, IReadOnlyList<IReadOnlyList<long>>? counts) =>
        new("test", rows, new Dictionary<string, double> { [measure] = value }, new Dictionary<string, double>(), counts);
}
