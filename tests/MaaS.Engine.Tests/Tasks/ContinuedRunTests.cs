// Trainings that go on from a version, of every family: they begin where it ended, keep what goes in and comes out, never end worse than
// they began on the rows that choose, and say what does not fit.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class ContinuedRunTests : IDisposable
{
    private static readonly TrainingSpec s_stories = new LanguageTraining(Network: new GptNetwork(Layers: 2, Heads: 2, Width: 32, Context: 32), Steps: 60) { Epochs = 2 };
    private static readonly TextTraining s_letters = new("message", "team", new BagNetwork(2, 4, 4));

    private static readonly JsonSerializerOptions s_tuples = new(MaaSJson.Options) { IncludeFields = true };

    private readonly TrainingGround _place = new();

    public void Dispose() => _place.Dispose();

    public static TheoryData<TrainingSpec> Families =>
    [
        new TabularTraining("churned", Network: new MlpNetwork([16, 8])) { Epochs = 3 },
        new TabularTraining("price", Network: new ResidualNetwork(1, 16) { Ensemble = 2, Numbers = NumberEmbedding.Periodic }) { Epochs = 3 },
        new TabularTraining("price", Network: new LinearNetwork()) { Epochs = 3 },
        new ImageTraining(new ConvolutionalNetwork([4, 8]), 12) { Epochs = 3 },
        new ImageTraining(new ResNetwork(1, 4), 12) { Epochs = 2 },
        s_letters with { Epochs = 3 },
        s_letters with { Network = new TransformerTextNetwork(1, 2, 16), Epochs = 2 },
        s_stories,
        new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new PooledHistory(8)) { Epochs = 2 },
        new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new BayesianRanking(8)) { Epochs = 2 },
        new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new NeuralFactorization(8, 2)) { Epochs = 2 },
    ];

    [Theory]
    [MemberData(nameof(Families), DisableDiscoveryEnumeration = true)]
    public void It_begins_with_the_loss_of_the_version_and_keeps_its_inputs_and_outputs(TrainingSpec spec)
    {
        var source = _place.Train(spec, _place.DataOf(spec));
        var continued = _place.Train(Open(spec), _place.DataOf(spec), source.Package);

        Assert.Equal((0, source.Losses.Min(point => point.Loss)), continued.Losses[0]);
        Assert.True(Best(continued) <= continued.Losses[0].Loss);
        Assert.Equal(Signature(source.Manifest), Signature(continued.Manifest));
        Assert.InRange(continued.Manifest.ParityMaxDifference, 0, 1e-4);
    }

    [Fact]
    public void On_rows_it_has_not_seen_the_version_is_better_than_its_beginning_and_gets_better_still()
    {
        var spec = new TabularTraining("churned", Network: new MlpNetwork([16, 8])) { Epochs = 4 };
        var (source, more) = (_place.Train(spec, _place.Written(SampleData.Churn, 1_500)), _place.Written(SampleData.Churn, 1_500, seed: 2));

        var (anew, continued) = (_place.Train(spec with { Epochs = 1 }, more), _place.Train(spec with { Epochs = 1, From = Guid.NewGuid(), Network = null }, more, source.Package));

        Assert.True(continued.Losses[0].Loss < anew.Losses[0].Loss, $"the version begins with {continued.Losses[0].Loss}, one epoch from nothing gives {anew.Losses[0].Loss}");
        Assert.True(continued.Losses[1].Loss < continued.Losses[0].Loss);
    }

    [Fact]
    public void What_becomes_worse_is_not_kept()
    {
        var spec = new TabularTraining("churned", Network: new MlpNetwork([16, 8])) { Epochs = 4 };
        var source = _place.Train(spec, _place.DataOf(spec));

        var continued = _place.Train(Open(spec) with { Epochs = 2, Optimizer = new SgdSpec { LearningRate = 20 } }, _place.DataOf(spec), source.Package);

        Assert.All(continued.Losses.Skip(1), point => Assert.True(point.Loss > continued.Losses[0].Loss));
        Assert.Equal(source.Weights(), continued.Weights());
    }

    [Fact]
    public void A_column_that_is_missing_is_named()
    {
        var source = _place.Train(new TabularTraining("churned", Network: new LinearNetwork()) { Epochs = 1 }, _place.Written(SampleData.Churn, 300));
        string[] rows = ["monthly_price,churned", .. Enumerable.Range(0, 40).Select(row => $"{row},{(row % 2 == 0 ? "yes" : "no")}")];
        Assert.Equal("There is no column \"signed_up\". The columns are monthly_price, churned.", Refused(Open(new TabularTraining("churned")), _place.Lined("less.csv", rows), source.Package));
    }

    [Fact]
    public void A_column_is_read_as_what_it_was_to_the_version()
    {
        var source = _place.Train(new TabularTraining("b", Network: new LinearNetwork()) { Epochs = 1 }, _place.Lined("numbers.csv", ["a,b", .. Enumerable.Range(0, 60).Select(row => $"{row},{row % 7 / 2.0 + row}")]));
        var continued = _place.Train(Open(new TabularTraining("b")), _place.Lined("whole.csv", ["a,b", .. Enumerable.Range(0, 60).Select(row => $"{row % 2},{row}")]), source.Package);
        Assert.Equal(ColumnType.Integer, Assert.Single(continued.Manifest.Inputs).Kind);
        Assert.Contains("is not a whole number", Refused(Open(new TabularTraining("b")), _place.Lined("words.csv", ["a,b", .. Enumerable.Range(0, 60).Select(row => $"{(row == 7 ? "many" : $"word {row % 3}")},{row}")]), source.Package), StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_is_new_is_named()
    {
        var table = _place.Train(new TabularTraining("plan", Network: new LinearNetwork()) { Epochs = 1 }, _place.Written(SampleData.Churn, 300));
        string[] rows = [.. File.ReadAllLines(_place.Written(SampleData.Churn, 300).Path), "2024-01-01,platinum,9.90,Spain,card,yes,0,3,2,no"];
        Assert.Equal("Row 301 has \"platinum\" as plan, which is none of the classes the model knows: basic, founder, premium, standard.", Refused(Open(new TabularTraining("plan")), _place.Lined("more.csv", rows), table.Package));

        var letters = _place.Train(s_letters with { Epochs = 1 }, _place.DataOf(s_letters));
        Assert.Equal(
            "Row 91 has \"sales\" as team, which is none of the classes the model knows: billing, technical.",
            Refused(Open(s_letters), _place.Lined("more-letters.csv", [.. TrainingGround.Letters(90), "please call me,sales"]), letters.Package));
    }

    [Fact]
    public void A_character_or_an_end_of_document_the_version_has_no_token_for_is_named()
    {
        var source = _place.Train(s_stories, _place.DataOf(s_stories));
        var text = File.ReadAllText(_place.DataOf(s_stories).Path);
        Assert.StartsWith("The text has the character \"Ж\", which the version in training.from does not know", Refused(Open(s_stories), _place.Lined("text.txt", [text, "Ж"]), source.Package), StringComparison.Ordinal);
        string[] documents = [.. text.Split("\n", StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Serialize(new { text = line }))];
        Assert.StartsWith("The file has several documents, but the version in training.from learned from a single text", Refused(Open(s_stories), _place.Lined("text.jsonl", documents), source.Package), StringComparison.Ordinal);
    }

    [Fact]
    public void Events_of_users_and_items_the_version_does_not_know_are_left_out()
    {
        var spec = new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new BayesianRanking(8)) { Epochs = 1 };
        var source = _place.Train(spec, _place.DataOf(spec));
        string[] known = File.ReadAllLines(_place.DataOf(spec).Path), strange = [.. Enumerable.Range(0, 50).Select(row => $"stranger,{known[1].Split(',')[1]},4,2025-01-01")];

        var continued = _place.Train(Open(spec), _place.Lined("films.csv", [.. known, "stranger,No such film,4,2025-01-01", .. strange[..1]]), source.Package);

        Assert.Contains("2 events are of users or items that the version to go on from does not know, and left out", continued.Said);
        Assert.Equal(Signature(source.Manifest), Signature(continued.Manifest));
        Assert.Equal("0 of the 50 events are of users and items that the version in training.from knows; at least 10 are needed. Train anew on all events.", Refused(Open(spec), _place.Lined("strange.csv", [known[0], .. strange]), source.Package));
    }

    [Fact]
    public void Rows_held_out_otherwise_than_the_versions_are_told_apart()
    {
        var its = new TabularTraining("churned", Split: new SplitSpec());
        Assert.True(Continuation.HoldsOutTheSame(Continuation.Of(its with { Split = null, Goal = TabularGoal.Auto }, its), its));
        Assert.False(Continuation.HoldsOutTheSame(its with { Split = new SplitSpec(Seed: 7) }, its));
        var drawn = new RecommendationTraining("user", "item", Split: RecommendationSplit.Random) { Seed = 1 };
        Assert.True(Continuation.HoldsOutTheSame(drawn, drawn));
        Assert.False(Continuation.HoldsOutTheSame(drawn with { Seed = 2 }, drawn));
        Assert.True(Continuation.HoldsOutTheSame(drawn with { Seed = 2, Split = RecommendationSplit.LeaveLastOut }, drawn with { Split = RecommendationSplit.LeaveLastOut }));
        Assert.False(Continuation.HoldsOutTheSame(new LanguageTraining(Test: 0.1), new LanguageTraining()));
    }

    private static double Best(Training trained) => trained.Losses.Min(point => point.Loss);

    /// <summary>Everything that decides what goes in and comes out left to the version.</summary>
    private static TrainingSpec Open(TrainingSpec spec) => spec switch
    {
        TabularTraining tabular => tabular with { From = Guid.NewGuid(), Network = null },
        ImageTraining image => image with { From = Guid.NewGuid(), Network = null },
        TextTraining text => text with { From = Guid.NewGuid(), Network = null },
        LanguageTraining language => language with { From = Guid.NewGuid(), Network = null },
        RecommendationTraining recommendation => recommendation with { From = Guid.NewGuid(), Network = null },
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
    };

    private static string Signature(ModelManifest manifest) => JsonSerializer.Serialize((manifest.Inputs, manifest.Outputs, manifest.Labels, manifest.Target), s_tuples);

    private string Refused(TrainingSpec spec, DataFile data, string source) => Assert.Throws<UserError>(() => _place.Train(spec, data, source)).Message;
}
