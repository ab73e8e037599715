// Compress for me: ends when it is told to with what it has, goes on where it was, and chooses by the rows that choose.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;
using MaaS.Inference;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

public sealed class SearchTests : IDisposable
{
    private static readonly ImageTraining s_images = new(new ConvolutionalNetwork([16, 32]), 12) { Epochs = 3 };

    private readonly CompressionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Stopped_it_returns_what_it_has_and_resumed_it_makes_none_of_them_again()
    {
        var (source, data) = _ground.Source(s_images);
        Compressed Stopped(CompressionReport? earlier, int after)
        {
            using var stop = new CancellationTokenSource();
            return _ground.Run(new SearchPlan(60, MaxLoss: 100), _ground.Place(source, data) with { Earlier = earlier }, made =>
            {
                if (made.Variant.Number == after)
                    stop.Cancel();
            }, stop.Token);
        }
        var first = Stopped(null, 2);
        Assert.Equal([1, 2], first.Report.Variants.Select(variant => variant.Number));
        Assert.NotNull(first.Report.Best);
        using (var best = Model.Load(first.Made.Single(made => made.Variant.Number == first.Report.Best).Folder))
            Assert.Equal(s_images.GetType(), best.Manifest.Training!.GetType());

        // The fifth is the first that trains.
        var second = Stopped(first.Report, 6);
        Assert.Equal([3, 4, 5, 6], second.Made.Select(made => made.Variant.Number));
        Assert.Equal(first.Report.Source, second.Report.Source);
        Assert.Equal(6, second.Report.Variants.Select(variant => variant.Name).Distinct().Count());
        Assert.IsType<StructuredPruning>(second.Report.Variants[4].Steps[0]);
    }

    [Fact]
    public void When_its_time_is_over_it_ends_within_a_training_too()
    {
        var (source, data) = _ground.Source(s_images with { Epochs = 1 });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var made = _ground.Run(new SearchPlan(0.5, MaxLoss: 100), _ground.Place(source, data));
        Assert.NotNull(made.Report.Verdict);
        Assert.True(made.Said[^2] is "its 0.5 minutes are over" or "nothing is left to try", made.Said[^2]);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3)); // a measurement under way is finished; a training is not
    }

    [Fact]
    public void What_no_variant_holds_is_said_and_none_is_the_best()
    {
        var (source, data) = _ground.Source(s_images with { Epochs = 1 });
        using var stop = new CancellationTokenSource();
        var made = _ground.Run(new SearchPlan(60, MaxLoss: 100, MaxBytes: 10), _ground.Place(source, data), _ => stop.Cancel(), stop.Token);
        Assert.Null(made.Report.Best);
        Assert.StartsWith("No variant holds at most 100 points lost, 10 bytes and is smaller than the source; variant 1 lost least,", made.Report.Verdict);
    }

    [Fact]
    public void A_source_that_is_solved_is_stored_in_fewer_bits_and_not_trained()
    {
        var (source, data) = _ground.Source(new RecommendationTraining("user_id", "film", "rating", "watched_on", new BiasedFactorization(8)) { Epochs = 1 });
        var made = _ground.Run(new SearchPlan(60, MaxLoss: 100), _ground.Place(source, data));
        Assert.Equal("nothing is left to try", made.Said[^2]);
        Assert.All(made.Report.Variants, variant => Assert.True(Assert.Single(variant.Steps).IsOfGraph));
    }

    public static TheoryData<RecommendationNetwork, string> Solved => new() { { new LinearAutoencoder(50), "val_hr10" }, { new BiasedFactorization(0), "val_rmse" } };

    [Theory, MemberData(nameof(Solved))]
    public void What_is_solved_from_the_rows_that_choose_too_is_judged_by_its_like_without_them(RecommendationNetwork network, string figure)
    {
        var spec = new RecommendationTraining("user_id", "film", "rating", "watched_on", network) { Epochs = 1 };
        var data = _ground.Ground.DataOf(spec);
        var source = _ground.Ground.Train(spec, data);

        var made = _ground.Run(new RecipePlan([new HalfPrecision()]), _ground.Place(source.Package, data));

        Assert.Equal(source.Last[figure], made.Report.Source.Figures.ValidationQuality, 1e-6);
        Assert.Equal(source.Manifest.Metrics.Values[figure[4..]], made.Report.Source.Figures.Quality, 1e-6);
        Assert.InRange(Math.Abs(made.Report.Variants[0].Figures.ValidationQuality - source.Last[figure]), 0, 0.05);
    }
}
