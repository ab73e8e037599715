// Figures of quality against values worked out by hand, where the usual formulas have their corners.
using MaaS.Engine.Training;
using Xunit;

namespace MaaS.Engine.Tests.Training;

public sealed class MetricsTests
{
    [Fact]
    public void Ties_count_half_in_the_area_under_the_curve()
    {
        // Negatives 0.2, 0.5; positives 0.5, 0.9: of four pairs three are in order and one is a tie.
        var metrics = Metrics.Classification([0.8f, 0.2f, 0.5f, 0.5f, 0.5f, 0.5f, 0.1f, 0.9f], [0, 0, 1, 1], classes: 2, majority: 0);

        Assert.Equal(3.5 / 4, metrics.Values["roc_auc"], 1e-12);
    }

    [Fact]
    public void A_class_that_is_neither_there_nor_predicted_is_not_counted()
    {
        // Two of three classes, one row of four wrong: F1 of 2/3 and of 4/5. The third class has no area either.
        var metrics = Metrics.Classification(
            [0.9f, 0.1f, 0, 0.2f, 0.8f, 0, 0.3f, 0.7f, 0, 0.4f, 0.6f, 0], [0, 0, 1, 1], classes: 3, majority: 1);

        Assert.Equal(0.75, metrics.Values["accuracy"]);
        Assert.Equal((2.0 / 3 + 4.0 / 5) / 2, metrics.Values["macro_f1"], 1e-12);
        Assert.Equal(0.5, metrics.Values["roc_auc"], 1e-12);
        Assert.Equal([[1L, 1, 0], [0, 2, 0], [0, 0, 0]], metrics.ConfusionMatrix!);
        Assert.Equal((0.5, 1.0 / 3, 0.5), (metrics.Baseline["accuracy"], metrics.Baseline["macro_f1"], metrics.Baseline["roc_auc"]));
    }

    [Fact]
    public void Certainty_that_is_wrong_costs_much_and_not_everything()
    {
        var metrics = Metrics.Classification([1, 0, 0.5f, 0.5f], [1, 0], classes: 2, majority: 0);

        Assert.Equal((-Math.Log(1e-12) - Math.Log(0.5)) / 2, metrics.Values["log_loss"], 1e-9);
        Assert.Equal(Math.Log(2), metrics.Baseline["log_loss"], 1e-12);
    }

    [Fact]
    public void One_class_alone_has_no_area() =>
        Assert.Equal(double.NaN, Metrics.Classification([0.5f, 0.5f, 0.2f, 0.8f], [1, 1], classes: 2, majority: 1).Values["roc_auc"]);

    [Fact]
    public void Answers_that_are_not_numbers_still_end() =>
        Assert.Equal(0.5, Metrics.Classification([float.NaN, float.NaN, 0.2f, 0.8f], [1, 1], classes: 2, majority: 1).Values["accuracy"]);

    [Fact]
    public void Errors_are_in_the_targets_unit_and_the_baseline_answers_the_training_mean()
    {
        var metrics = Metrics.Regression([1, 2, 6], [1, 2, 3], trainMean: 3);

        Assert.Equal((Math.Sqrt(3), 1.0, 1 - 9.0 / 2), (metrics.Values["rmse"], metrics.Values["mae"], metrics.Values["r2"]));
        Assert.Equal((Math.Sqrt(5.0 / 3), 1.0, 1 - 5.0 / 2), (metrics.Baseline["rmse"], metrics.Baseline["mae"], metrics.Baseline["r2"]));
    }
}
