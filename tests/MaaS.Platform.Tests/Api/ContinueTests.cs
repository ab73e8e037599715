// Trainings that go on from a model version: what the API takes over from it, and what it refuses before a job is queued.
using MaaS.Catalog.Models;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;
using MaaS.Inference.Tests;
using System.Text.Json;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class ContinueTests(ApiServer api) : ApiTest(api)
{
    private static readonly TabularTraining s_trained = new("left", ["age", "city"], TabularGoal.Classification, new MlpNetwork([8, 4]), new SplitSpec(Test: 0.3));
    private static readonly LanguageTraining s_language = new(new TokenizerSpec(), new GptNetwork(2, 2, 32, 32));
    private static readonly TextTraining s_text = new("remarks", "city", new BagNetwork(), new SplitSpec());

    private static readonly ModelInput[] s_inputs =
        [new("age", ColumnType.Integer, TensorType.Float32, [-1, 1]), new("city", ColumnType.Category, TensorType.String, [-1, 1])];

    [Fact]
    public async Task What_is_left_open_is_the_versions_and_written_down()
    {
        var seed = await Seed.Make(Team);
        var from = await Version(seed, s_trained, s_inputs);

        var job = await Member.Submit(new TrainJob(seed.DatasetVersion, new TabularTraining("left") { From = from, Epochs = 3 }), Token);

        Same(s_trained with { From = from, Epochs = 3 }, ((TrainJob)job.Spec).Training);
        var run = await Member.Run(job.RunId!.Value, Token);
        Assert.Equal(($"{from}", "[8,4]", "0.3"), (run.Params["from"], run.Params["network.hidden"], run.Params["split.test"]));
        // What equals the version's may as well be said, in any order.
        var same = s_trained with { From = from, Features = ["city", "age"], Goal = TabularGoal.Auto };
        Same(s_trained with { From = from }, ((TrainJob)(await Member.Submit(new TrainJob(seed.DatasetVersion, same), Token)).Spec).Training);
    }

    [Fact]
    public async Task A_sweep_goes_on_from_a_version_in_every_run()
    {
        var seed = await Seed.Make(Team);
        var from = await Version(seed, s_trained, s_inputs);
        var sweep = new SweepJob(seed.DatasetVersion, new TabularTraining("left") { From = from }, new Dictionary<string, SearchRange> { ["batch_size"] = new IntegerRange(16, 64) });

        var job = await Member.Submit(sweep, Token);

        Same(s_trained with { From = from }, ((SweepJob)job.Spec).Training);
    }

    [Theory]
    [InlineData("from", "\"0199d0a0-0000-7000-8000-000000000001\"")]
    [InlineData("From", "\"0199d0a0-0000-7000-8000-000000000001\"")]
    [InlineData("Split", "{\"test_dataset_version_id\":\"0199d0a0-0000-7000-8000-000000000001\"}")]
    public async Task A_sweep_cannot_name_what_nobody_has_looked_whose_it_is(string path, string value)
    {
        var seed = await Seed.Make(Team);
        var space = new Dictionary<string, SearchRange> { [path] = new ChoiceRange([JsonSerializer.Deserialize<JsonElement>(value)]) };

        var problem = await Refused(() => Member.Submit(new SweepJob(seed.DatasetVersion, new TabularTraining("left"), space), Token));

        Assert.Equal((422, "space_not_allowed", $"space.{path} is not searched over: runs with different tasks, splits or beginnings cannot be compared."), (problem.Status, problem.Code, problem.Detail));
    }

    [Fact]
    public async Task Another_teams_version_does_not_exist()
    {
        var seed = await Seed.Make(Team);
        var theirs = await Seed.Make(await TestTeam.Create(Api, $"theirs {Guid.NewGuid()}"));
        var before = await Team.Rows();
        foreach (var id in (Guid[])[await Version(theirs, s_trained, s_inputs), Guid.NewGuid()])
        {
            var problem = await Refused(() => Member.Submit(new TrainJob(seed.DatasetVersion, new TabularTraining("left") { From = id }), Token));
            Assert.Equal((404, "model_version_not_found", $"There is no model version {id} (the training.from) in this team."), (problem.Status, problem.Code, problem.Detail));
            Assert.Equal("model_version_not_found", (await Refused(() => Member.ModelVersion(id, Token))).Code);
        }
        Assert.Equal(before, await Team.Rows());
    }

    [Fact]
    public async Task A_version_is_found_by_its_id()
    {
        var seed = await Seed.Make(Team);
        var view = await Team.Client(Role.Viewer).ModelVersion(seed.ModelVersion, Token);
        Assert.Equal((seed.ModelVersion, seed.Model, 1), (view.Id, view.Model, view.Number));
    }

    [Fact]
    public async Task A_version_without_weights_cannot_be_gone_on_from()
    {
        var seed = await Seed.Make(Team);
        var problem = await Refused(() => Member.Submit(new TrainJob(seed.DatasetVersion, new TabularTraining("left") { From = seed.ModelVersion }), Token));
        Assert.Equal((422, "source_without_weights"), (problem.Status, problem.Code));
    }

    public static TheoryData<TrainingSpec, TrainingSpec, string> Misfits => new()
    {
        { s_trained, new TabularTraining("city"), "training.target is \"city\", but the version to go on from has \"left\"; leave it out, or train anew without training.from." },
        { s_trained, new TabularTraining("left", ["age"]), "training.features is [\"age\"], but the version to go on from has [\"age\",\"city\"]; leave it out, or train anew without training.from." },
        { s_trained, new TabularTraining("left", Goal: TabularGoal.Regression), "training.goal is \"regression\", but the version to go on from has \"classification\"; leave it out, or train anew without training.from." },
        { s_trained, new TabularTraining("left", Network: new LinearNetwork()), "training.network is {\"type\":\"linear\"}, but the version to go on from has {\"type\":\"mlp\",\"hidden\":[8,4],\"dropout\":0.1,\"numbers\":\"piecewise_linear\",\"pairs\":false,\"ensemble\":1}; leave it out, or train anew without training.from." },
        { s_language, new TabularTraining("left"), "training.task is tabular, but training.from is a version of the task language; choose a version of the same task." },
        { s_text, new TextTraining("remarks", "left"), "training.target is \"left\", but the version to go on from has \"city\"; leave it out, or train anew without training.from." },
        { s_language, new LanguageTraining(new TokenizerSpec(TokenizerKind.Bytes)), "training.tokenizer is {\"kind\":\"bytes\",\"vocabulary\":1024}, but the version to go on from has {\"kind\":\"characters\",\"vocabulary\":1024}; leave it out, or train anew without training.from." },
        { new RecommendationTraining("age", "city", Network: new LinearAutoencoder()), new RecommendationTraining("age", "city"), "training.from is a version whose network is {\"type\":\"linear_autoencoder\",\"regularization\":250}: it is solved from all events at once, which leaves nothing to go on from; train anew on all of them." },
        { new RecommendationTraining("age", "city", "price", Network: new BiasedFactorization()), new RecommendationTraining("age", "city", "price"), "training.from is a version whose network is {\"type\":\"biased_factorization\",\"factors\":16}: it is solved from all events at once, which leaves nothing to go on from; train anew on all of them." },
        { new ImageTraining(new ResNetwork(), 28), new ImageTraining(Size: 32), "training.size is 32, but the version to go on from has 28; leave it out, or train anew without training.from." },
    };

    [Theory]
    [MemberData(nameof(Misfits), DisableDiscoveryEnumeration = true)]
    public async Task What_does_not_fit_the_version_is_named(TrainingSpec source, TrainingSpec asked, string sentence)
    {
        var seed = await Seed.Make(Team);
        var from = await Version(seed, source, s_inputs);

        var problem = await Refused(() => Member.Submit(new TrainJob(seed.DatasetVersion, asked with { From = from }), Token));

        Assert.Equal((422, "source_does_not_fit", sentence), (problem.Status, problem.Code, problem.Detail));
    }

    [Fact]
    public async Task A_column_the_data_lacks_or_holds_otherwise_is_named()
    {
        var seed = await Seed.Make(Team);
        var lacking = await Version(seed, s_trained with { Features = ["age", "shoe"] }, [s_inputs[0], s_inputs[1] with { Name = "shoe" }]);
        var otherwise = await Version(seed, s_trained, [s_inputs[0], s_inputs[1] with { Kind = ColumnType.Number, Type = TensorType.Float32 }]);
        async Task<string?> Sentence(Guid from) => (await Refused(() => Member.Submit(new TrainJob(seed.DatasetVersion, new TabularTraining("left") { From = from }), Token))).Detail;

        Assert.Equal("training.from is a version that reads the column \"shoe\", which the file does not have; add it, or train anew without training.from.", await Sentence(lacking));
        Assert.Equal("Column \"city\" is a column of type category here, but of type number to the version in training.from; read the file with that type, or train anew without training.from.", await Sentence(otherwise));
    }

    [Fact]
    public async Task A_class_the_version_does_not_know_is_named_where_the_profile_lists_them()
    {
        var seed = await Seed.Make(Team);
        async Task<string?> Sentence(ColumnProfile left, params string[] labels)
        {
            await Profiled(seed, Seed.Profile with { Columns = [.. Seed.Profile.Columns.Select(column => column.Name == "left" ? left : column)] });
            var from = await Version(seed, s_trained, s_inputs, labels);
            return (await Refused(() => Member.Submit(new TrainJob(seed.DatasetVersion, new TabularTraining("left") { From = from }), Token))).Detail;
        }

        const string sentence = "Column \"left\" holds \"soon\", which is none of the classes of the version in training.from: ";
        var texts = new ColumnProfile("left", ColumnType.Category, 0, 3, false, null, [new("no", 500), new("yes", 400), new("soon", 100)]);
        Assert.Equal($"{sentence}no, yes. Leave its rows out, or train anew without training.from.", await Sentence(texts, "no", "yes"));
        Assert.Equal($"{sentence}false, true. Leave its rows out, or train anew without training.from.", await Sentence(texts, "false", "true"));
    }

    [Fact]
    public async Task A_low_rank_change_needs_something_to_change()
    {
        var seed = await Seed.Make(Team);
        await Profiled(seed, Seed.Profile with { Text = new TextSummary(10_000, 2_000, 60) });

        var problem = await Refused(() => Member.Submit(new TrainJob(seed.DatasetVersion, new LanguageTraining(Lora: new())), Token));
        Assert.Equal((422, "nothing_to_adapt"), (problem.Status, problem.Code));

        var from = await Version(seed, s_language, []);
        var job = await Member.Submit(new TrainJob(seed.DatasetVersion, new LanguageTraining(Lora: new(4)) { From = from }), Token);
        Same(s_language with { From = from, Lora = new(4) }, ((TrainJob)job.Spec).Training);
    }

    /// <summary>Another version of the seed's model, with these settings and a weights file.</summary>
    private async Task<Guid> Version(Seed seed, TrainingSpec training, IReadOnlyList<ModelInput> inputs, params string[] labels)
    {
        using var package = new TestPackage();
        await using var context = Api.Context();
        var model = context.Models.Single(row => row.TeamId == seed.Team.Id && row.Name == seed.Model);
        var version = context.ModelVersions.Add(new ModelVersion
        {
            TeamId = seed.Team.Id,
            ModelId = model.Id,
            Number = ++model.LastNumber,
            Manifest = package.Manifest with { Training = training, Inputs = inputs, Labels = labels.Length > 0 ? labels : null, Files = [new(ModelManifest.Weights, 1, new string('a', 64))] },
            Bytes = 1,
            CreatedBy = "a test",
        }).Entity;
        await context.SaveChangesAsync(Token);
        return version.Id;
    }

    private async Task Profiled(Seed seed, DatasetProfile profile)
    {
        await using var context = Api.Context();
        context.DatasetVersions.Single(version => version.Id == seed.DatasetVersion).Profile = profile;
        await context.SaveChangesAsync(Token);
    }

    // Lists in records compare by reference; the text of both is what counts.
    private static void Same(TrainingSpec expected, TrainingSpec actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected, MaaSJson.Options), JsonSerializer.Serialize(actual, MaaSJson.Options));
}
