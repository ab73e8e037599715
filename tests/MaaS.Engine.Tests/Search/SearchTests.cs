// Searches on objectives whose best is known, without any training.
using System.Text.Json;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;
using MaaS.Engine.Search;
using Xunit;

namespace MaaS.Engine.Tests.Search;

public sealed class SearchTests
{
    private static readonly Dictionary<string, SearchRange> s_space = new()
    {
        ["rate"] = new LogUniformRange(1e-5, 1),
        ["dropout"] = new UniformRange(0, 1),
        ["layers"] = new IntegerRange(1, 8),
        ["method"] = new ChoiceRange([Json("adam"), Json("sgd"), Json("lion")]),
    };

    [Fact]
    public void A_grid_takes_every_combination_once_and_then_ends()
    {
        var sweep = Sweep(SearchMethod.Grid, new() { ["layers"] = new IntegerRange(2, 4), ["method"] = s_space["method"] });

        var trials = Search(sweep, 100, _ => 0);

        Assert.Equal(9, trials.Count);
        Assert.Equal(
            ["2 adam", "2 sgd", "2 lion", "3 adam", "3 sgd", "3 lion", "4 adam", "4 sgd", "4 lion"],
            trials.Select(trial => $"{trial.Values["layers"]} {trial.Values["method"]}"));
    }

    [Theory]
    [InlineData(SearchMethod.Random)]
    [InlineData(SearchMethod.Tpe)]
    public void The_same_seed_searches_the_same_way_and_another_does_not(SearchMethod method)
    {
        string Path(int seed) => JsonSerializer.Serialize(Search(Sweep(method, s_space, seed), 30, Loss).Select(trial => trial.Values));

        Assert.Equal(Path(1), Path(1));
        Assert.NotEqual(Path(1), Path(2));
    }

    [Fact]
    public void Every_value_lies_in_its_range()
    {
        foreach (var trial in Search(Sweep(SearchMethod.Tpe, s_space), 200, Loss))
        {
            Assert.InRange(trial.Values["rate"].GetDouble(), 1e-5, 1);
            Assert.InRange(trial.Values["dropout"].GetDouble(), 0, 1);
            Assert.InRange(trial.Values["layers"].GetInt32(), 1, 8);
            Assert.Contains(trial.Values["method"].GetString(), new[] { "adam", "sgd", "lion" });
        }
    }

    [Fact]
    public void Parzen_estimators_leave_after_forty_runs_at_most_half_of_the_regret_that_chance_leaves()
    {
        double Regret(SearchMethod method) => Enumerable.Range(0, 51)
            .Select(seed => Search(Sweep(method, s_space, seed), 40, Loss).Min(trial => trial.Objective!.Value)).Order().ElementAt(25);

        var (parzen, chance) = (Regret(SearchMethod.Tpe), Regret(SearchMethod.Random));
        Assert.True(parzen <= 0.5 * chance, $"regret {parzen:g3} with Parzen estimators, {chance:g3} by chance");
    }

    [Fact]
    public void Maximizing_looks_at_the_other_end()
    {
        var sweep = Sweep(SearchMethod.Tpe, s_space) with { Goal = SearchGoal.Maximize };

        Assert.True(Search(sweep, 60, values => -Loss(values)).Skip(40).Average(trial => trial.Objective) > -1.0);
    }

    [Fact]
    public void A_run_stops_at_a_rung_when_better_ones_got_there()
    {
        var halving = new HalvingSpec(MinEpochs: 2, Factor: 3);
        double[] good = [1.0, 0.5, 0.4, 0.3, 0.2, 0.1], middling = [1.0, 0.7, 0.6], weak = [1.0, 0.9, 0.05];

        Assert.False(Halving.IsWeak(halving, weak[..1], [good, middling]));
        Assert.True(Halving.IsWeak(halving, weak, [good, middling]));
        Assert.True(Halving.IsWeak(halving, middling, [good, weak]));
        Assert.False(Halving.IsWeak(halving, good, [middling, weak]));
        Assert.False(Halving.IsWeak(halving, weak, [good]));
        Assert.True(Halving.IsWeak(halving, [double.NaN, double.NaN], [good, middling]));
    }

    [Fact]
    public void The_setting_that_makes_the_difference_is_the_important_one()
    {
        var sweep = Sweep(SearchMethod.Random, s_space);
        var trials = Search(sweep, 60, values => values["method"].GetString() == "adam" ? 0 : 5 + 0.1 * values["dropout"].GetDouble());

        var importance = Importance.Of(sweep, trials);

        Assert.InRange(importance["method"], 0.95, 1);
        Assert.All(importance.Where(of => of.Key != "method"), of => Assert.InRange(of.Value, 0, 0.25));
        Assert.Empty(Importance.Of(sweep, trials.Take(5).ToList()));
    }

    [Fact]
    public void Settings_go_to_their_places_a_whole_before_its_parts()
    {
        var sweep = new SweepJob(Guid.Empty, new TabularTraining("label"), new Dictionary<string, SearchRange>());

        var training = (TabularTraining)sweep.With(new Dictionary<string, JsonElement>
        {
            ["optimizer.learning_rate"] = Json(0.5),
            ["optimizer"] = JsonSerializer.Deserialize<JsonElement>("""{"method":"lion"}"""),
            ["epochs"] = Json(7),
        });

        Assert.Equal(new TabularTraining("label") { Epochs = 7, Optimizer = new LionSpec { LearningRate = 0.5 } }, training);
        Assert.Throws<JsonException>(() => sweep.With(new Dictionary<string, JsonElement> { ["optimizer.learning_rate"] = Json(0.5) }));
    }

    /// <summary>0 at a rate of 0.01, a dropout of 0.2, 3 layers and adam.</summary>
    private static double Loss(IReadOnlyDictionary<string, JsonElement> values) =>
        Math.Pow(Math.Log10(values["rate"].GetDouble()) + 2, 2)
        + 4 * Math.Pow(values["dropout"].GetDouble() - 0.2, 2)
        + 0.1 * Math.Pow(values["layers"].GetInt32() - 3, 2)
        + (values["method"].GetString() == "adam" ? 0 : 1);

    private static List<Trial> Search(SweepJob sweep, int runs, Func<IReadOnlyDictionary<string, JsonElement>, double> objective)
    {
        var search = SearchStrategy.Of(sweep);
        var trials = new List<Trial>();
        while (trials.Count < runs && search.Next(trials) is { } values)
            trials.Add(new(trials.Count + 1, Guid.Empty, Guid.Empty, "", values, TrialState.Succeeded, objective(values), 1));
        return trials;
    }

    private static SweepJob Sweep(SearchMethod method, Dictionary<string, SearchRange> space, int seed = 1) =>
        new(Guid.Empty, new TabularTraining("label"), space, method, Seed: seed);

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);
}
