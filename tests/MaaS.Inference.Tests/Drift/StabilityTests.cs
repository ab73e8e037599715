// The index is its formula, and the words follow its thresholds; counting is exact and finds each value's bin.
using System.Text;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Inference.Drift;
using Xunit;

namespace MaaS.Inference.Tests.Drift;

public sealed class StabilityTests
{
    private static readonly DateTimeOffset s_hour = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_index_is_the_sum_of_differences_times_logarithms()
    {
        // (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5)
        Assert.Equal(0.1 * Math.Log(1.2) - 0.1 * Math.Log(0.8), Stability.Psi([0.5, 0.5], [0.6, 0.4]), 1e-12);
        Assert.Equal(Stability.Psi([0.5, 0.5], [0.6, 0.4]), Stability.Psi([0.6, 0.4], [0.5, 0.5]), 1e-12);
        Assert.Equal(0, Stability.Psi([0.2, 0.3, 0.5, 0], [2, 3, 5, 0]));
        // A bin that was empty counts as one in ten thousand.
        Assert.Equal(-0.5 * Math.Log(0.5) + 0.4999 * Math.Log(5000), Stability.Psi([1], [0.5, 0.5]), 1e-9);
    }

    [Theory]
    [InlineData(500, 500, DriftVerdict.Stable, "As in training.")]
    [InlineData(650, 350, DriftVerdict.Stable, "As in training.")] // 0.093
    [InlineData(660, 340, DriftVerdict.Moderate, "Somewhat different from training; keep an eye on it.")] // 0.106
    [InlineData(730, 270, DriftVerdict.Moderate, "Somewhat different from training; keep an eye on it.")] // 0.229
    [InlineData(750, 250, DriftVerdict.Shifted, "Another population than in training; look at its values, and consider training anew.")] // 0.275
    [InlineData(60, 50, DriftVerdict.TooFew, "110 rows are too few to tell; 200 are needed.")]
    public void The_verdict_follows_the_thresholds(long low, long high, DriftVerdict verdict, string sentence)
    {
        var drift = Stability.Of(new ColumnReference("age", 0, [0.5, 0.5], [30]), [(s_hour, [low, high, 0, 0])]);

        Assert.Equal((verdict, sentence), (drift.Verdict, drift.Sentence));
        Assert.Equal(verdict == DriftVerdict.TooFew, drift.Psi is null);
    }

    [Fact]
    public void Missing_and_unknown_values_have_rates_and_words_of_their_own()
    {
        var drift = Stability.Of(new ColumnReference("city", 0.02, [0.6, 0.4, 0], Values: ["rome", "oslo"]), [(s_hour, [300, 200, 0, 0, 0]), (s_hour.AddHours(1), [60, 40, 0, 100, 300])]);

        Assert.Equal((0.3, 0.02, 0.1), (drift.Missing, drift.MissingThen, drift.Unseen));
        Assert.Equal((DriftVerdict.Shifted, "Another population than in training; look at its values, and consider training anew. 30 % of the rows have no value, where it was 2 %. 10 % of the rows have a category that training did not know."), (drift.Verdict, drift.Sentence));
        Assert.Equal([0, 1], drift.Hours.Select(hour => (hour.Hour - s_hour).Hours));
        Assert.Equal(0, drift.Hours[0].Psi, 1e-12);
    }

    [Fact]
    public void Counts_of_another_shape_than_the_reference_are_left_out()
    {
        var drift = Stability.Of(new ColumnReference("age", 0, [0.5, 0.5], [30]), [(s_hour, [1, 2, 3])]);

        Assert.Equal((DriftVerdict.TooFew, 0.0), (drift.Verdict, drift.Missing));
    }

    [Fact]
    public void Numbers_fall_into_the_bin_up_to_its_edge_and_texts_into_their_own()
    {
        var numbers = new ColumnCounts(new ColumnReference("age", 0, [0.3, 0.3, 0.4], [30, 50]), null);
        foreach (var value in new[] { -1e30, 30, 30.001, 50, 51, double.PositiveInfinity })
            numbers.Add(value);
        numbers.AddMissing();
        var texts = new ColumnCounts(new ColumnReference("city", 0, [0.6, 0.3, 0.1], Values: ["rome", "Besançon"]), ["rome", "Besançon", "ede"]);
        foreach (var text in new[] { "rome", "Besançon", "Besançon", "ede", "Rome", "", new string('x', 5000) })
            texts.Add(Encoding.UTF8.GetBytes(text));

        Assert.Equal([2, 2, 2, 0, 1], numbers.Counts);
        Assert.Equal([1, 2, 1, 2, 1], texts.Counts);
    }
}
