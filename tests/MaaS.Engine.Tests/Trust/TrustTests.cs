// A classifier's card: each figure on answers made so that it is known what it must be.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Engine.Tests.Compression;
using MaaS.Engine.Trust;
using MaaS.Inference;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Trust;

public sealed class TrustTests : IDisposable
{
    private readonly CompressionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData(90, 0)] // 0.9, and nine in ten are right
    [InlineData(50, 0.4)]
    [InlineData(100, 0.1)]
    public void The_calibration_error_is_the_distance_between_what_is_said_and_what_is_so(int right, double error)
    {
        var rows = new Answered([.. Enumerable.Repeat<float[]>([0.9f, 0.1f], 100).SelectMany(row => row)], [.. Enumerable.Range(0, 100).Select(row => row < right ? 0L : 1)], 2);
        Assert.Equal(error, Calibration.Error(rows), 1e-6);
    }

    [Fact]
    public void The_temperature_that_made_answers_too_sure_is_found_and_changes_no_label()
    {
        var (choosing, test) = (Drawn(1, sharpened: 2.5), Drawn(2, sharpened: 2.5));
        var figures = Calibration.Of(choosing, test);

        Assert.InRange(figures.Temperature, 2.3, 2.7);
        Assert.True(figures.ErrorAfter < 0.02 && figures.Error > 0.1, $"{figures.Error} before, {figures.ErrorAfter} after");
        Assert.Equal(Enumerable.Range(0, test.Rows).Select(test.Best), Enumerable.Range(0, test.Rows).Select(test.At(figures.Temperature).Best));
        Assert.Equal(test.Rows, figures.Bins.Sum(bin => bin.Rows));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Sets_of_classes_hold_the_truth_as_often_as_asked_whether_the_model_is_too_sure_or_not(double sharpened)
    {
        var figures = Conformal.Of(Drawn(3, sharpened), Drawn(4, sharpened));
        Assert.InRange(figures.Coverage, 0.88, 0.92);
        Assert.InRange(figures.MeanSetSize, 1, 3);
    }

    [Fact]
    public void Slices_come_by_value_the_least_accurate_first_and_leave_out_what_has_too_few_rows()
    {
        var rows = new Answered([.. Enumerable.Repeat<float[]>([0.8f, 0.2f], 100).SelectMany(row => row)], [.. Enumerable.Range(0, 100).Select(row => row % 4 == 0 ? 1L : 0)], 2);
        var city = Enumerable.Range(0, 100).Select(row => row < 10 ? "few" : row % 2 == 0 ? "even" : "odd").ToArray();

        var slices = TrustCards.Of(rows, rows, "left", ["no", "yes"], [new("city", city)]).Slices;

        Assert.Equal([("left", "yes", 0.0), ("city", "even", 23 / 45.0), ("left", "no", 1), ("city", "odd", 1)], slices.Select(slice => (slice.Column, slice.Value, slice.Accuracy)).OrderBy(slice => slice.Accuracy).ThenBy(slice => slice.Column == "city"));
        Assert.All(slices, slice => Assert.InRange(slice.Accuracy, slice.Low - 1e-9, slice.High + 1e-9));
    }

    [Fact]
    public void An_attack_deceives_a_line_exactly_as_far_as_its_margin()
    {
        using var scope = NewDisposeScope();
        // Class 1 where x is above zero: x = 0.05, 0.15, ... are deceived by changes larger than they are.
        var x_N1 = arange(0.05, 1, 0.1, dtype: ScalarType.Float32).unsqueeze(1);
        Tensor Logits(Tensor x) => cat([-x, x], 1);

        var figures = Adversary.Attack("as they are", [0.1, 0.5], x_N1, ones(10, dtype: ScalarType.Int64), Logits);

        Assert.Equal([(0, 1.0), (0.1, 0.9), (0.5, 0.5)], figures.Points.Select(point => (point.Size, Math.Round(point.Fgsm, 6))));
        Assert.Equal([1.0, 0.9, 0.5], figures.Points.Select(point => Math.Round(point.Pgd, 6)));
    }

    [Fact]
    public void A_trained_classifier_has_its_card_and_a_variant_with_its_temperature_answers_the_same_labels()
    {
        var (package, data) = _ground.Source(CompressionGround.Images);
        var made = _ground.Run(new RecipePlan([new TemperatureScaling()]), _ground.Place(package, data)).Made.Single();

        using var source = Model.Load(package);
        using var variant = Model.Load(made.Folder);
        var card = source.Manifest.Metrics.Card!;
        Assert.Equal(5, card.Robustness!.Points.Count);
        Assert.True(card.Robustness.Points[^1].Pgd <= card.Robustness.Points[0].Pgd);
        Assert.Equal(card.Calibration.ErrorAfter, variant.Manifest.Metrics.Card!.Calibration.Error, 1e-3);
        Assert.Equal(made.Variant.Figures.Metrics["calibration_error"], variant.Manifest.Metrics.Card.Calibration.Error);
        var rows = PackageSample(package);
        Assert.Equal(source.Predict(rows.Rows).Select(one => one.Label), variant.Predict(rows.Rows).Select(one => one.Label));
    }

    private static ModelSample PackageSample(string folder) =>
        System.Text.Json.JsonSerializer.Deserialize<ModelSample>(File.ReadAllText(Path.Combine(folder, "sample.json")), MaaS.Contracts.MaaSJson.Options)!;

    /// <summary>Answers to rows whose truth is drawn from what their probabilities are, the logits of which are then multiplied.</summary>
    private static Answered Drawn(int seed, double sharpened)
    {
        const int rows = 4000, classes = 4;
        var random = new Random(seed);
        var (probabilities, truth) = (new float[rows * classes], new long[rows]);
        for (var row = 0; row < rows; row++)
        {
            var logits = Enumerable.Range(0, classes).Select(_ => 3 * random.NextDouble()).ToArray();
            double[] Softmax(double times)
            {
                var weights = Array.ConvertAll(logits, logit => Math.Exp(times * logit));
                return Array.ConvertAll(weights, weight => weight / weights.Sum());
            }
            var point = random.NextDouble();
            var own = Softmax(1);
            while (truth[row] < classes - 1 && (point -= own[truth[row]]) > 0)
                truth[row]++;
            Softmax(sharpened).Select(value => (float)value).ToArray().CopyTo(probabilities, row * classes);
        }
        return new Answered(probabilities, truth, classes);
    }
}
