// Training on a table end to end, on real libtorch and real ONNX Runtime: it learns, it repeats to the bit, it goes on where it was.
using System.Text;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Training;
using MaaS.Inference;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class TabularRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-tabular-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<TabularNetwork, string> Learners => new()
    {
        { new LinearNetwork(), "bought" }, { new MlpNetwork([16]), "bought" }, { new LinearNetwork(), "spent" }, { new MlpNetwork([16]), "spent" },
        { new MlpNetwork([16]) { Numbers = NumberEmbedding.Periodic }, "bought" }, { new MlpNetwork([16, 8]) { Numbers = NumberEmbedding.None, Ensemble = 3 }, "bought" },
        { new ResidualNetwork(2, 16), "bought" }, { new ResidualNetwork(1, 16) { Numbers = NumberEmbedding.Periodic, Ensemble = 4 }, "spent" },
        { new MlpNetwork([16]) { Ensemble = 4 }, "bought" }, { new MlpNetwork([16]) { Ensemble = 16 }, "spent" },
        { new MlpNetwork([16]) { Pairs = true, Ensemble = 2 }, "spent" },
    };

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_model_beats_the_trivial_baseline_and_its_graph_answers_alike(TabularNetwork network, string target)
    {
        var (outcome, _) = Train(new TabularTraining(target, Network: network) { Epochs = 15 }, Shop(2_000));
        var metrics = outcome.Manifest.Metrics;
        if (target == "bought")
            Assert.True(metrics.Values["log_loss"] < 0.8 * metrics.Baseline["log_loss"], $"log loss {metrics.Values["log_loss"]}");
        else
            Assert.True(metrics.Values["rmse"] < 0.6 * metrics.Baseline["rmse"], $"rmse {metrics.Values["rmse"]}");
        Assert.InRange(outcome.Manifest.ParityMaxDifference, 0, 1e-4);
        Assert.Equal(["age", "city", "since", "vip"], outcome.Manifest.Inputs.Select(input => input.Name).Take(4));
    }

    [Fact]
    public void The_same_seed_gives_the_same_losses_to_the_bit()
    {
        var spec = new TabularTraining("bought", Network: new MlpNetwork([16])) { Epochs = 4 };
        Assert.Equal(Train(spec, Shop(600)).Losses, Train(spec, Shop(600)).Losses);
    }

    public static TheoryData<int, TabularNetwork, OptimizerSpec, ScheduleSpec, double?> Interrupted => new()
    {
        { 1, new MlpNetwork([16, 16]), new AdamWSpec(), new ConstantSchedule(), null },
        { 3, new MlpNetwork([16, 16]), new MuonSpec(), new CosineSchedule { WarmUp = 0.1 }, 0.9 },
        { 3, new MlpNetwork([16, 16]), new LionSpec(), new PlateauSchedule(0.5, 1), null },
        { 2, new MlpNetwork([16, 16]), new RmsPropSpec(), new OneCycleSchedule(), 0.9 },
        { 2, new MlpNetwork([16, 16]) { Ensemble = 4, Pairs = true }, new AdamWSpec(), new ConstantSchedule(), null },
        { 3, new ResidualNetwork(2, 16) { Numbers = NumberEmbedding.Periodic, Ensemble = 2 }, new MuonSpec(), new ConstantSchedule(), null },
    };

    [Theory]
    [MemberData(nameof(Interrupted))]
    public void A_run_resumed_after_any_epoch_ends_as_if_it_had_never_stopped(int epoch, TabularNetwork network, OptimizerSpec optimizer, ScheduleSpec schedule, double? ema)
    {
        var spec = new TabularTraining("bought", Network: network)
        {
            Epochs = 5,
            Optimizer = optimizer,
            Schedule = schedule,
            Ema = ema,
            ClipNorm = 1,
            Accumulation = 2,
        };
        var saved = new List<string>();
        var whole = Train(spec, Shop(600), keep: (path, _) =>
        {
            saved.Add(path + ".kept");
            File.Copy(path, saved[^1]);
        });
        var resumed = Train(spec, Shop(600), resumeFrom: saved[epoch - 1]);
        Assert.Equal(whole.Losses.Skip(epoch), resumed.Losses);
        Assert.Equal(whole.Outcome.Manifest.Metrics.Values, resumed.Outcome.Manifest.Metrics.Values);
    }

    [Theory]
    [InlineData(NumberEmbedding.PiecewiseLinear, false, 1)]
    [InlineData(NumberEmbedding.Periodic, true, 3)]
    [InlineData(NumberEmbedding.None, false, 1)]
    public void Missing_values_unknown_categories_and_wild_numbers_still_get_an_answer(NumberEmbedding numbers, bool pairs, int ensemble)
    {
        var (_, _) = Train(new TabularTraining("bought", Network: new MlpNetwork([16]) { Numbers = numbers, Pairs = pairs, Ensemble = ensemble }) { Epochs = 2 }, Shop(600));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        var probabilities = model.Run(
        [
            new[] { float.NaN, 1e30f }, new[] { "", "Atlantis" }, new[] { long.MinValue, 0L }, new[] { float.NaN, 1f }, new[] { float.NaN, -1e30f },
        ], 2).Probabilities!;
        Assert.All(probabilities, probability => Assert.InRange(probability, 0, 1));
        Assert.Equal(1, probabilities[0] + probabilities[1], 1e-5);
    }

    [Fact]
    public void Columns_called_like_the_graphs_own_values_are_columns_like_any_other()
    {
        var csv = new StringBuilder("value,nan#0,label,spent\n");
        for (var row = 0; row < 300; row++)
            csv.Append($"{row % 17},{row % 5},{(row % 2 == 0 ? "even" : "odd")},{row % 17 + 0.5}\n");
        var path = Path.Combine(_folder, "named.csv");
        File.WriteAllText(path, csv.ToString());

        var (outcome, _) = Train(new TabularTraining("spent") { Epochs = 2 }, Read(path, new ReadingOptions()));

        Assert.Equal(["value", "nan#0", "label"], outcome.Manifest.Inputs.Select(input => input.Name));
        Assert.Equal(["value_"], outcome.Manifest.Outputs.Select(output => output.Name));
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_category_column_without_one_frequent_text_is_learned_and_served(TabularNetwork network, string target)
    {
        // Each nickname comes twice: a category to the profile, too rare for a place of its own to the encoder.
        var shop = Shop(200);
        var lines = File.ReadAllLines(Path.Combine(_folder, "shop.csv"));
        File.WriteAllLines(Path.Combine(_folder, "rare.csv"), lines.Select((line, i) => $"{(i == 0 ? "nickname" : $"nick {(i + 1) / 2}")},{line}"));
        var rare = Read(Path.Combine(_folder, "rare.csv"), new ReadingOptions());

        var (outcome, _) = Train(new TabularTraining(target, ["nickname"], Network: network) { Epochs = 2 }, rare);

        Assert.Equal((shop.RowCount, ColumnType.Category), (rare.RowCount, rare["nickname"].Type));
        Assert.Empty(outcome.Manifest.Inputs.Single().Categories!);
        Assert.InRange(outcome.Manifest.ParityMaxDifference, 0, 1e-4);
    }

    [Theory]
    [InlineData("spent")]
    [InlineData("side")]
    public void Numbers_that_are_all_constant_do_not_keep_a_network_from_its_graph(string target)
    {
        var (outcome, _) = Train(new TabularTraining(target, Features: ["one", "none", "city"], Network: new MlpNetwork([8])) { Epochs = 2 },
            Parsed("one,none,city,spent,side", row => $"1,,{(row % 3 == 0 ? "Ulm" : "Kiel")},{row % 7}.5,{(row % 2 == 0 ? "left" : "right")}",
                new() { ["none"] = ColumnType.Number }));

        Assert.Equal(["one", "none", "city"], outcome.Manifest.Inputs.Select(input => input.Name));
    }

    [Fact]
    public void A_column_of_tiny_numbers_teaches_as_much_as_one_of_large_ones()
    {
        var (outcome, _) = Train(new TabularTraining("spent", Network: new LinearNetwork()) { Epochs = 40 },
            Parsed("dose,spent", row => $"{row % 50}e-9,{row % 50 * 2}.5"));

        Assert.True(outcome.Manifest.Metrics.Values["r2"] > 0.9, $"R2 {outcome.Manifest.Metrics.Values["r2"]}");
    }

    [Fact]
    public void Whole_numbers_that_are_classes_keep_their_text()
    {
        var spec = new TabularTraining("day") { Epochs = 1 };
        var path = Path.Combine(_folder, "days.csv");
        File.WriteAllLines(path, [.. Enumerable.Range(0, 300).Select(row => $"{row},{(row % 3 == 0 ? 9 : 20240100 + row % 3)}").Prepend("n,day")]);
        var profile = Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken);

        var (outcome, _) = Train(spec, TableReader.Read(path, profile, types: TabularRun.TypesOf(spec, profile), token: TestContext.Current.CancellationToken));

        Assert.Equal(["9", "20240101", "20240102"], outcome.Manifest.Labels);
    }

    [Fact]
    public void A_label_that_only_the_test_file_has_is_refused_before_the_training()
    {
        var losses = 0;
        var error = Assert.Throws<UserError>(() => Train(new TabularTraining("side"), Parsed("n,side", row => $"{row},{(row % 2 == 0 ? "left" : "right")}"),
            test: Parsed("n,side", row => $"{row},{(row % 2 == 0 ? "left" : "up")}"), keep: (_, _) => losses++));

        Assert.Equal("Row 2 has \"up\" as side, which is none of the classes the model knows: left, right.", error.Message);
        Assert.Equal(0, losses);
    }

    [Fact]
    public void A_feature_named_twice_is_a_sentence()
    {
        var error = Assert.Throws<UserError>(() => Train(new TabularTraining("bought", Features: ["age", "city", "age"]), Shop(300)));
        Assert.Equal("Feature \"age\" is named 2 times; name each feature once.", error.Message);
    }

    [Fact]
    public void Early_stopping_keeps_the_best_and_says_so()
    {
        var said = new List<string>();
        Train(new TabularTraining("bought", Network: new MlpNetwork([64, 64]) { Dropout = 0 }) { Epochs = 200, Patience = 3 }, Shop(300), said: said);
        Assert.Contains(said, line => line.StartsWith("stopped after epoch", StringComparison.Ordinal));
    }

    [Fact]
    public void A_diverged_loss_is_a_sentence_that_names_the_learning_rate()
    {
        var error = Assert.Throws<UserError>(() => Train(
            new TabularTraining("spent", Network: new LinearNetwork()) { Optimizer = new SgdSpec { LearningRate = 100 }, Epochs = 30 }, Shop(300)));
        Assert.Contains("optimizer.learning_rate (it is 100)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bought")]
    [InlineData("spent")]
    public void Outputs_that_are_no_numbers_end_a_run_with_that_sentence_too(string target)
    {
        var error = Assert.Throws<UserError>(() => Train(
            new TabularTraining(target, Network: new MlpNetwork([64, 32])) { Optimizer = new SgdSpec { LearningRate = 100 }, Epochs = 30 }, Shop(300)));
        Assert.Matches("^The loss became NaN in epoch [1-9]; lower optimizer.learning_rate \\(it is 100\\).$", error.Message);
    }

    [Fact]
    public void Rows_beyond_every_scale_are_measured_and_exported_like_any_other()
    {
        var shop = Shop(300);
        var lines = File.ReadAllLines(Path.Combine(_folder, "shop.csv"));
        File.WriteAllLines(Path.Combine(_folder, "wild.csv"), lines.Select((line, i) => i == 0 ? line : $"3e38,{line[(line.IndexOf(',') + 1)..]}"));

        var (outcome, _) = Train(
            new TabularTraining("bought", Network: new LinearNetwork(), Split: new SplitSpec(TestDatasetVersionId: Guid.NewGuid())) { Epochs = 2 },
            shop, test: Read(Path.Combine(_folder, "wild.csv"), new ReadingOptions()));
        using var model = Model.Load(Path.Combine(_folder, "package"));

        Assert.Equal(300, outcome.Manifest.Metrics.Rows);
    }

    [Fact]
    public void Cancel_ends_a_run_within_a_step()
    {
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Train(
            new TabularTraining("bought") { Epochs = 100_000, Patience = 0 }, Shop(600), keep: (_, _) => cancel.Cancel(), cancel: cancel));
    }

    [Fact]
    public void Adult_reaches_its_bar_on_the_customary_test_file()
    {
        var (train, test) = (Shared.Data("adult", "adult-train.csv"), Path.Combine(_folder, "adult-test.csv"));
        File.WriteAllLines(test, File.ReadLines(Shared.Data("adult", "adult-test.csv")).Select(line => line.TrimEnd('.')));
        var (outcome, _) = Train(new TabularTraining("column_15", Split: new SplitSpec(TestDatasetVersionId: Guid.NewGuid())), Read(train, new ReadingOptions(Header: false)), test: Read(test, new ReadingOptions(Header: false)));
        Assert.True(outcome.Manifest.Metrics.Values["accuracy"] >= 0.853, $"accuracy {outcome.Manifest.Metrics.Values["accuracy"]}");
        Assert.True(outcome.Manifest.Metrics.Values["roc_auc"] >= 0.908, $"ROC AUC {outcome.Manifest.Metrics.Values["roc_auc"]}");
    }

    [Fact]
    public void California_housing_reaches_its_bar()
    {
        var (outcome, _) = Train(new TabularTraining("median_house_value"), Read(Shared.Data("california-housing", "housing.csv"), new ReadingOptions()));
        Assert.InRange(outcome.Manifest.Metrics.Values["rmse"], 0, 52_000);
    }

    private (TrainingOutcome Outcome, List<double> Losses) Train(
        TabularTraining spec, Table data, Table? test = null, string? resumeFrom = null, Action<string, long>? keep = null, List<string>? said = null, CancellationTokenSource? cancel = null)
    {
        var losses = new List<double>();
        var progress = new Heard(report =>
        {
            if (report is Measured { Key: "train_loss" } loss) losses.Add(loss.Value);
            if (report is Said line) said?.Add(line.Line);
            if (report is Said spoken) TestContext.Current.TestOutputHelper?.WriteLine(spoken.Line);
        });
        var outcome = TabularRun.Run(
            spec, data, test, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder, resumeFrom, keep), Path.Combine(_folder, "package")), progress,
            cancel?.Token ?? TestContext.Current.CancellationToken);
        return (outcome, losses);
    }

    private static Table Read(string path, ReadingOptions reading) => TableReader.Read(
        path, Profiler.Profile(path, reading, token: TestContext.Current.CancellationToken), token: TestContext.Current.CancellationToken);

    private Table Parsed(string header, Func<int, string> row, Dictionary<string, ColumnType>? types = null)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():n}.csv");
        File.WriteAllLines(path, [.. Enumerable.Range(0, 300).Select(row).Prepend(header)]);
        return Read(path, new ReadingOptions(Types: types));
    }

    /// <summary>A shop's customers: numbers, a category, a date, a truth value, holes, and two answers that depend on them.</summary>
    private Table Shop(int rows)
    {
        var random = new Random(7);
        var csv = new StringBuilder("age,city,since,vip,spent,bought\n");
        for (var row = 0; row < rows; row++)
        {
            var (age, city, since, vip) = (random.Next(18, 80), new[] { "Ulm", "Kiel", "Jena" }[random.Next(3)], new DateOnly(2020, 1, 1).AddDays(random.Next(1_500)), random.Next(2) == 1);
            var spent = 20 + age + (city == "Ulm" ? 40 : 0) + (vip ? 30 : 0) + 5 * random.NextDouble();
            var bought = random.NextDouble() < 1 / (1 + Math.Exp(-(spent - 105) / 8));
            csv.Append(random.Next(10) == 0 ? "" : age).Append(',').Append(random.Next(12) == 0 ? "" : city).Append(',').Append($"{since:yyyy-MM-dd}").Append(',')
                .Append(vip ? "true" : "false").Append(',').Append($"{spent:f2}").Append(',').Append(bought ? "yes please" : "no thanks").Append('\n');
        }
        var path = Path.Combine(_folder, "shop.csv");
        File.WriteAllText(path, csv.ToString());
        return Read(path, new ReadingOptions());
    }

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
