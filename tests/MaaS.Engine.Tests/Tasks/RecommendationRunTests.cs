// Training recommenders end to end, on real libtorch and real ONNX Runtime: they beat what everybody would try first, recommend
// nothing that was seen, look at nothing that came later, and go on where they were.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Engine.Training;
using MaaS.Inference;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class RecommendationRunTests : IDisposable
{
    private static readonly RecommendationTraining s_ratings = new("user_id", "film", "rating", "watched_on");
    private static readonly RecommendationTraining s_views = new("user_id", "film", Time: "watched_on");

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-recommend-").FullName;

    public static TheoryData<RecommendationNetwork, int> Rankings => new()
    {
        { new LinearAutoencoder(50), 1 },
        { new PooledHistory(32), 8 },
        { new BayesianRanking(32), 25 },
        { new NeuralFactorization(16), 8 },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Ratings_are_predicted_better_than_by_biases_alone()
    {
        var (outcome, _) = Train(s_ratings with { Network = new BiasedFactorization(8), Epochs = 30 });

        var metrics = outcome.Manifest.Metrics;
        Assert.True(metrics.Values["rmse"] < 0.98 * metrics.Baseline["rmse"], $"RMSE {metrics.Values["rmse"]}, biases alone {metrics.Baseline["rmse"]}");
        Assert.Equal(["rmse", "mae"], metrics.Values.Keys);
        Assert.InRange(outcome.Manifest.ParityMaxDifference, 0, 1e-4);
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.All(model.Predict([Row("""{"user": "1003", "top": 5}""")]).Single().Items!, item => Assert.InRange(item.Score, 1, 5));
    }

    [Theory]
    [MemberData(nameof(Rankings), DisableDiscoveryEnumeration = true)]
    public void Items_are_ranked_better_than_by_popularity(RecommendationNetwork network, int epochs)
    {
        var (outcome, _) = Train(s_views with { Network = network, Epochs = epochs });

        var (metrics, manifest) = (outcome.Manifest.Metrics, outcome.Manifest);
        Assert.True(metrics.Values["hr10"] > 1.2 * metrics.Baseline["hr10"], $"HR@10 {metrics.Values["hr10"]}, most popular {metrics.Baseline["hr10"]}");
        Assert.True(metrics.Values["ndcg10"] > metrics.Baseline["ndcg10"]);
        Assert.InRange(manifest.ParityMaxDifference, 0, 1e-4);
        Assert.Equal(ModelTask.Recommendation, manifest.Task);

        using var model = Model.Load(Path.Combine(_folder, "package"));
        var user = manifest.Inputs[0].Name == "user" ? "\"user\": \"1003\", " : "";
        string[] seen = [.. model.Predict([Row($"{{{user}\"top\": 5}}")]).Single().Items!.Select(item => item.Item)];
        var next = model.Predict([Row($"{{{user}\"seen\": {JsonSerializer.Serialize(seen)}, \"top\": 1000}}")]).Single().Items!;
        Assert.Empty(seen.Intersect(next.Select(item => item.Item)));
        Assert.Equal(next.OrderByDescending(item => item.Score).Select(item => item.Score), next.Select(item => item.Score));
        Assert.Equal(next.Count, next.DistinctBy(item => item.Item).Count());
    }

    [Fact]
    public void Somebody_unknown_and_films_unknown_are_answered_all_the_same()
    {
        Train(s_ratings with { Network = new BiasedFactorization(4), Epochs = 2 });
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(10, model.Predict([Row("""{"user": "nobody", "seen": ["No such film", 7]}""")]).Single().Items!.Count);
    }

    [Theory]
    [InlineData("""{}""", "rows[0].user: say who asks")]
    [InlineData("""{"user": "a", "top": 0}""", "rows[0].top: 0 is not a whole number from 1 to 1000.")]
    [InlineData("""{"user": "a", "seen": "b"}""", "rows[0].seen: \"b\" is not a list of items.")]
    [InlineData("""{"user": "a", "seen": [[1]]}""", "rows[0].seen[0]: [1] is not a name.")]
    [InlineData("""{"user": {}}""", "rows[0].user: {} is not a name.")]
    [InlineData("""{"user": "a", "taste": 1}""", "rows[0].taste: this recommender has no such field; it takes user, seen and top.")]
    public void A_request_that_does_not_fit_is_a_sentence(string row, string sentence)
    {
        Train(s_ratings with { Network = new BiasedFactorization(0) });
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.StartsWith(sentence, Assert.Throws<InputError>(() => model.Predict([Row(row)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_training_ends_where_an_undisturbed_one_does()
    {
        foreach (var network in (RecommendationNetwork[])[new PooledHistory(8), new BayesianRanking(8), new NeuralFactorization(8, 2)])
        {
            var spec = s_views with { Network = network, Epochs = 3 };
            var checkpoint = Path.Combine(_folder, "kept");
            var (_, whole) = Train(spec, keep: (path, _) =>
            {
                if (!File.Exists(checkpoint))
                    File.Move(path, checkpoint);
            });
            var (_, resumed) = Train(spec, resumeFrom: checkpoint);
            Assert.Equal(whole[^resumed.Count..], resumed);
            Assert.Equal(4, resumed.Count);
            File.Delete(checkpoint);
        }
    }

    [Fact]
    public void The_last_events_are_held_out_and_nothing_newer_is_looked_at()
    {
        var table = Table(
            ("a", "one", "2024-01-03 10:00"), ("a", "two", "2024-01-01"), ("a", "three", "2024-01-03 09:59"), ("a", "four", "2023-12-31"), ("a", "five", "2024-01-02"),
            ("b", "one", "2024-01-01"), ("b", "two", "2024-01-02"), ("b", "one", "2024-01-05"), ("b", "six", "2024-01-03"), ("c", "six", "2024-01-03"), ("c", "one", "2025-01-01"), ("d", "seven", "2020-01-01"));
        var events = Events.Of(new RecommendationTraining("user", "item", Time: "time"), table, new Progress<Report>());
        var split = EventSplit.Of(events, RecommendationSplit.LeaveLastOut, 1);
        string Name(int row) => $"{events.Users[events.User[row]]} {events.Items[events.Item[row]]}";

        Assert.Equal("one", events.Items[0]);
        Assert.Equal(["a one"], split.Test.Select(Name));
        Assert.Equal(["a three"], split.Validation.Select(Name));
        Assert.Equal(["d seven", "a four", "a two", "a five", "b two", "b six", "c six", "b one", "c one"], split.Train.Order().Select(Name));
        Assert.Equal("two six one", string.Join(' ', events.Histories(split.Train)[events.Users.ToList().IndexOf("b")].Select(item => events.Items[item])));
    }

    [Fact]
    public void Random_parts_are_disjoint_and_whole()
    {
        var events = Events.Of(s_ratings, TableReader.Read(Films().Path, Films().Profile, null, Types(), TestContext.Current.CancellationToken), new Progress<Report>());
        var split = EventSplit.Of(events, RecommendationSplit.Random, 7);
        Assert.Equal(Enumerable.Range(0, events.Count), split.Train.Concat(split.Validation).Concat(split.Test).Order());
        Assert.Equal(Math.Round(0.1 * events.Count), split.Test.Length);
    }

    [Fact]
    public void Times_that_are_none_are_a_sentence()
    {
        var table = Table([.. Enumerable.Range(0, 12).Select(i => ($"{i % 3}", $"{i}", "soon"))]);
        Assert.Equal(
            "training.time is \"time\", which holds \"soon\": neither a number nor a date.",
            Assert.Throws<UserError>(() => Events.Of(new RecommendationTraining("user", "item", Time: "time"), table, new Progress<Report>())).Message);
    }

    [Fact]
    public void Times_written_as_numbers_and_as_dates_have_no_order()
    {
        var table = Table([.. Enumerable.Range(0, 12).Select(i => ($"{i % 3}", $"{i}", i == 7 ? "2024-03-01T10:00:00Z" : $"{1_700_000_000 + i}"))]);
        Assert.Equal(
            "training.time is \"time\", which holds numbers such as \"1700000000\" and dates such as \"2024-03-01T10:00:00Z\"; write all in one way, so that it is known which comes first.",
            Assert.Throws<UserError>(() => Events.Of(new RecommendationTraining("user", "item", Time: "time"), table, new Progress<Report>())).Message);
    }

    private static Table Table(params (string User, string Item, string Time)[] rows) => new(
        [Categories("user", rows.Select(row => row.User)), Categories("item", rows.Select(row => row.Item)), new TextColumn("time", [.. rows.Select(row => row.Time)])]);

    private static CategoryColumn Categories(string name, IEnumerable<string> values)
    {
        var all = values.ToArray();
        string[] distinct = [.. all.Distinct()];
        return new CategoryColumn(name, Array.ConvertAll(all, value => Array.IndexOf(distinct, value)), distinct);
    }

    private (TrainingOutcome Outcome, List<double> Losses) Train(RecommendationTraining spec, string? resumeFrom = null, Action<string, long>? keep = null)
    {
        var losses = new List<double>();
        var package = Path.Combine(_folder, "package");
        if (Directory.Exists(package))
            Directory.Delete(package, recursive: true);
        var outcome = ModelTraining.Run(
            spec, Films(), null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder, resumeFrom, keep), package),
            new Heard(report =>
            {
                if (report is Measured { Key: "train_loss" or "val_loss" } loss) losses.Add(loss.Value);
                if (report is Said spoken) TestContext.Current.TestOutputHelper?.WriteLine(spoken.Line);
            }), TestContext.Current.CancellationToken);
        return (outcome, losses);
    }

    private DataFile Films()
    {
        var path = Path.Combine(_folder, SampleData.Films.FileName);
        using (var text = File.CreateText(path))
            SampleData.Films.Write(text);
        return new(path, "films.csv", Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken));
    }

    private static Dictionary<string, ColumnType> Types() => new()
    {
        ["user_id"] = ColumnType.Category,
        ["film"] = ColumnType.Category,
        ["rating"] = ColumnType.Number,
        ["watched_on"] = ColumnType.Text,
    };

    private static Dictionary<string, JsonElement> Row(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
