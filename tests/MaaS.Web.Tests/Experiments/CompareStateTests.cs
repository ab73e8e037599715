using MaaS.Web.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Experiments;

public sealed class CompareStateTests
{
    private static readonly Guid s_run = Guid.Parse("0199d0a0-0000-7000-8000-000000000001");

    [Fact]
    public void An_address_holds_all_that_was_chosen_and_nothing_that_was_not()
    {
        Assert.Equal(
            $"/compare?run={s_run}&key=val_loss&key=a%26b&x=time&smooth=0.6&log=xy&group=optimizer.method&show=scatter&across=seed&up=test_accuracy",
            CompareState.Of([s_run, s_run], ["val_loss", "a&b"], "time", 0.6, "xy", "optimizer.method", "scatter", "seed", "test_accuracy").Address);
        Assert.Equal($"/compare?run={s_run}", CompareState.Of([s_run], null, null, null, null, null, null, null, null).Address);
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(-3, 0)]
    [InlineData(7, 0.99)]
    public void What_an_address_cannot_mean_is_as_if_it_were_not_there(double smooth, double smoothing)
    {
        var state = CompareState.Of([.. Enumerable.Range(0, 150).Select(_ => Guid.NewGuid())], [.. Enumerable.Range(0, 90).Select(i => $"{i}")], "", smooth, "z", "", "nothing", null, null);

        Assert.Equal((100, 40), (state.Runs.Count, state.Keys.Count));
        Assert.Equal(new ChartView(Smoothing: smoothing), state.View);
        Assert.Equal(("charts", null), (state.Show, state.Group));
    }

    [Fact]
    public void An_axis_of_numbers_that_span_far_is_logarithmic_and_one_of_words_has_them_side_by_side()
    {
        var (rate, words, few) = (new ValueAxis(["0.001", "0.1", "0.01", null]), new ValueAxis(["sgd", "adam", "adam"]), new ValueAxis(["1", "2", "3"]));

        Assert.True(rate.IsLogarithmic);
        Assert.Equal([0.0, 0.5, 1.0], new[] { "0.001", "0.01", "0.1" }.Select(text => Math.Round(rate.At(text)!.Value, 9)));
        Assert.Equal([(0.0, "adam"), (1.0, "sgd")], words.Ticks());
        Assert.False(few.IsLogarithmic);
        Assert.Equal([(0.0, "1"), (0.5, "2"), (1.0, "3")], few.Ticks());
        Assert.Null(rate.At(null));
        Assert.Null(words.At("lion"));
    }

    [Fact]
    public void A_diverged_run_has_no_place_and_takes_nobody_elses()
    {
        var axis = new ValueAxis(["NaN", "0.5", "Infinity", "1.5"]);

        Assert.Null(axis.At("NaN"));
        Assert.Null(axis.At("Infinity"));
        Assert.Equal((0.0, 1.0), (axis.At("0.5")!.Value, axis.At("1.5")!.Value));
        Assert.Equal([(0.5, "7")], new ValueAxis(["7", "7"]).Ticks());
    }
}
