// The least data that a training is accepted with, and data that is odd in one way: it learns what there is, or a sentence says what is missing.
using System.IO.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class SmallestDataTests : IDisposable
{
    private readonly TrainingGround _place = new();

    public void Dispose() => _place.Dispose();

    public static TheoryData<TrainingSpec> Tables =>
    [
        new TabularTraining("side"), new TabularTraining("size"), new TabularTraining("side", Network: new LinearNetwork()), new TabularTraining("size", Network: new ResidualNetwork(1, 8) { Pairs = true, Ensemble = 2 }),
        new TextTraining("note", "side"), new TextTraining("note", "side", new TransformerTextNetwork(1, 2, 8)),
    ];

    [Theory, MemberData(nameof(Tables), DisableDiscoveryEnumeration = true)]
    public void Ten_rows_teach_a_table_and_a_text(TrainingSpec spec)
    {
        var trained = _place.Train(spec with { Epochs = 2 }, _place.Lined("ten.csv", Rows(10)));
        Assert.InRange(trained.Manifest.ParityMaxDifference, 0, 1e-4);
    }

    public static TheoryData<ImageNetwork> Images => [new ImageMlpNetwork([4]) { Normalized = true }, new ConvolutionalNetwork([4, 8]), new ResNetwork(1, 4)];

    [Theory, MemberData(nameof(Images), DisableDiscoveryEnumeration = true)]
    public void Ten_images_of_several_sizes_teach_a_network(ImageNetwork network)
    {
        var path = Path.Combine(_place.Folder, "ten.zip");
        using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
            for (var image = 0; image < 10; image++)
            {
                var (width, height) = (8 + image, 9 + image % 3);
                using var entry = zip.CreateEntry($"{(image % 2 == 0 ? "light" : "dark")}/{image}.png").Open();
                entry.Write(Png.Of([.. Enumerable.Repeat((byte)(image % 2 == 0 ? 200 : 50), width * height)], width, height, 1));
            }
        var data = new DataFile(path, "ten.zip", Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken));
        Assert.Equal(64, _place.Train(new ImageTraining(network) { Epochs = 1 }, data).Manifest.Inputs[0].Shape[1]);
    }

    public static TheoryData<RecommendationNetwork> Recommenders =>
        [new BiasedFactorization(2), new BiasedFactorization(0), new LinearAutoencoder(), new BayesianRanking(2), new NeuralFactorization(2, 1), new PooledHistory(2)];

    [Theory, MemberData(nameof(Recommenders), DisableDiscoveryEnumeration = true)]
    public void Ten_equal_ratings_of_two_users_teach_every_recommender(RecommendationNetwork network)
    {
        var data = _place.Lined("ten.csv", ["user,item,rating", .. Enumerable.Range(0, 10).Select(row => $"u{row % 2},i{row},3")]);
        var trained = _place.Train(new RecommendationTraining("user", "item", "rating", Network: network) { Epochs = 2 }, data);
        Assert.InRange(trained.Manifest.ParityMaxDifference, 0, 1e-4);
    }

    [Fact]
    public void Users_of_one_event_each_have_no_history()
    {
        var data = _place.Lined("once.csv", ["user,item", .. Enumerable.Range(0, 30).Select(row => $"u{row},i{row % 4}")]);
        var spec = new RecommendationTraining("user", "item", Network: new PooledHistory(2), Split: RecommendationSplit.Random) { Epochs = 1 };
        Assert.Equal(
            "training.network is pooled_history, which learns what comes next from what came before, but no user has two events to learn from; choose another network, or add events.",
            Assert.Throws<UserError>(() => _place.Train(spec, data)).Message);
        Assert.Equal(
            "No user has 5 events or more, so none can be held out; choose training.split random, or add events.",
            Assert.Throws<UserError>(() => _place.Train(spec with { Split = null }, data)).Message);
    }

    [Fact]
    public void Nine_events_two_rows_and_one_column_are_sentences()
    {
        var few = _place.Lined("nine.csv", ["user,item", .. Enumerable.Range(0, 9).Select(row => $"u{row % 2},i{row}")]);
        Assert.Equal("There are 9 different events; at least 10 are needed.", Assert.Throws<UserError>(() => _place.Train(new RecommendationTraining("user", "item"), few)).Message);
        Assert.StartsWith("2 rows are too few to divide into ", Assert.Throws<UserError>(() => _place.Train(new TabularTraining("size"), _place.Lined("two.csv", Rows(2)))).Message, StringComparison.Ordinal);
        Assert.Equal(
            "There is no column besides \"size\" that is not free text; there is nothing to predict from.",
            Assert.Throws<UserError>(() => _place.Train(new TabularTraining("size"), _place.Lined("one.csv", ["size", .. Enumerable.Range(0, 20).Select(row => $"{row / 2.0}")]))).Message);
    }

    [Fact]
    public void Ten_thousand_categories_missing_columns_infinities_and_dates_are_learned_and_served()
    {
        var data = _place.Lined("odd.csv",
        [
            "code,empty,wild,day,\"the \"\"price\"\", really\"",
            .. Enumerable.Range(0, 30_000).Select(row => $"c{row % 10_000},,{(row % 5) switch { 0 => "inf", 1 => "NaN", 2 => "-1e300", _ => $"{row}" }},{new DateOnly(2000, 1, 1).AddDays(row % 9000):yyyy-MM-dd},{row % 10_000 % 7}.5"),
        ]);
        var trained = _place.Train(new TabularTraining("the \"price\", really", Network: new MlpNetwork([8])) { Epochs = 1 }, data);
        Assert.Equal(["code", "day"], trained.Manifest.Inputs.Where(input => input.Name != "wild").Select(input => input.Name));
        Assert.InRange(trained.Manifest.ParityMaxDifference, 0, 1e-4);
    }

    private static string[] Rows(int rows) =>
        ["size,note,side", .. Enumerable.Range(0, rows).Select(row => $"{row}.5,\"please turn {(row % 2 == 0 ? "left" : "right")} here, now\",{(row % 2 == 0 ? "left" : "right")}")];
}
