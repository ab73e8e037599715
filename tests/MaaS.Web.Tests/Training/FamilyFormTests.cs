using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.Web.Training;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Training;

public sealed class FamilyFormTests
{
    private static readonly ColumnProfile s_label = new("label", ColumnType.Category, 0, 2, false, null, [new("ham", 4_825), new("spam", 747)]);

    private static readonly DatasetProfile s_images = new(
        60_000, new(DatasetFormat.ImageFolders),
        [new("image", ColumnType.Image, 0, 60_000, false, null, []), new("class", ColumnType.Category, 0, 10, false, null, [new("boot", 6_000)])],
        [["boot/1.png", "boot"]], [], new ImageSummary(28, 28, 28, 28, 1));

    private static readonly DatasetProfile s_messages = new(
        5_572, new(DatasetFormat.Csv), [s_label, new("message", ColumnType.Text, 0, 5_169, false, null, [])], [["ham", "Ok lar"]], []);

    private static readonly DatasetProfile s_book = new(
        40_000, new(DatasetFormat.PlainText), [new("line", ColumnType.Text, 0, 32_777, true, null, [])], [["First Citizen:"]], [],
        Text: new TextSummary(1_115_394, 202_651, 65));

    private static readonly DatasetProfile s_ratings = new(
        100_000, new(DatasetFormat.Csv),
        [
            new("user_id", ColumnType.Integer, 0, 943, false, null, []),
            new("movie_id", ColumnType.Integer, 0, 1_682, false, null, []),
            new("rating", ColumnType.Integer, 0, 5, false, null, []),
            new("timestamp", ColumnType.Integer, 0, 49_282, true, null, []),
        ],
        [["1", "2", "5", "0"]], []);

    [Fact]
    public async Task Rows_are_learned_by_a_residual_ensemble_with_every_dial()
    {
        var expected = new TabularTraining(
            "leaves", ["age", "city"], TabularGoal.Classification,
            new ResidualNetwork(4, 96) { Dropout = 0.2, Numbers = NumberEmbedding.Periodic, Pairs = true, Ensemble = 8 }, new SplitSpec(0.15, 0.25, Seed: 7))
        {
            Optimizer = new MuonSpec(0.9, 0.002, 0.8, 0.9, 0.1) { LearningRate = 0.01 },
            Schedule = new CosineSchedule(0.1) { WarmUp = 0.05 },
            ClipNorm = 1,
            Accumulation = 2,
            Ema = 0.999,
            BatchSize = 64,
            Device = DeviceChoice.Cuda,
            Precision = PrecisionChoice.Bfloat16,
        };

        var sent = await Sent(
            Examples.Profile,
            ("target", "leaves"), ("goal", "Classification"), ("network", "Residual"), ("blocks", "4"), ("width", "96"), ("dropout", "0.2"),
            ("numbers", "Periodic"), ("ensemble", "8"), ("pairs", "true"), ("validation", "0.15"), ("test", "0.25"), ("split-seed", "7"),
            ("optimizer", "Muon"), ("learning-rate", "0.01"), ("momentum", "0.9"), ("adam-learning-rate", "0.002"), ("beta1", "0.8"), ("beta2", "0.9"),
            ("weight-decay", "0.1"), ("schedule", "Cosine"), ("floor", "0.1"), ("warm-up", "0.05"),
            ("clip-norm", "1"), ("accumulation", "2"), ("ema", "0.999"), ("batch-size", "64"), ("device", "Cuda"), ("precision", "Bfloat16"));

        // All columns but free text and the answer are taken; that is what null says.
        Same(expected with { Features = null }, sent);
        await CloneIsTheSame(expected, Examples.Profile);
    }

    [Fact]
    public async Task Images_in_folders_suggest_the_image_family()
    {
        Same(new ImageTraining(), await Sent(s_images));
        var own = new ImageTraining(
            new ConvolutionalNetwork([16, 32], 0.3), 32, new AugmentationSpec(Flip: false, Shift: 3, Erase: 0.25, Crop: 0.1), new SplitSpec(0.2), 0.1)
        {
            Optimizer = new LionSpec(),
        };
        Same(own, await Sent(
            s_images,
            ("network", "Convolutional"), ("channels", "16 32"), ("dropout", "0.3"), ("size", "32"), ("variation", "Own"), ("flip", "false"),
            ("shift", "3"), ("erase", "0.25"), ("crop", "0.1"), ("validation", "0.2"), ("label-smoothing", "0.1"), ("optimizer", "Lion")));
        await CloneIsTheSame(own, s_images);
        await CloneIsTheSame(new ImageTraining(new ResNetwork(3, 32), Augmentation: AugmentationSpec.None), s_images);
        await CloneIsTheSame(new ImageTraining(new ImageMlpNetwork([64])), s_images);
    }

    [Fact]
    public async Task A_text_with_a_label_beside_it_suggests_the_text_family()
    {
        Same(new TextTraining("message", "label"), await Sent(s_messages));
        var own = new TextTraining("message", "label", new BagNetwork(3, 5, 32) { VocabularySize = 20_000, MaxCharacters = 500, Dropout = 0.4 }, new SplitSpec(Test: 0.3), 0.05) { Optimizer = new RmsPropSpec(0.95) };
        Same(own, await Sent(
            s_messages,
            ("network", "Bag"), ("word-n-grams", "3"), ("character-n-grams", "5"), ("dimension", "32"), ("vocabulary", "20000"), ("max-characters", "500"),
            ("dropout", "0.4"), ("test", "0.3"), ("label-smoothing", "0.05"), ("optimizer", "RmsProp"), ("beta", "0.95")));
        await CloneIsTheSame(own, s_messages);
        var words = own with { Network = new TransformerTextNetwork(3, 2, 96, 64, GptPositions.Rotary) { VocabularySize = 9_000, MaxCharacters = 700, Dropout = 0.3 } };
        Same(words, await Sent(
            s_messages,
            ("network", "Transformer"), ("layers", "3"), ("heads", "2"), ("width", "96"), ("max-words", "64"), ("positions", "Rotary"), ("vocabulary", "9000"), ("max-characters", "700"),
            ("dropout", "0.3"), ("test", "0.3"), ("label-smoothing", "0.05"), ("optimizer", "RmsProp"), ("beta", "0.95")));
        await CloneIsTheSame(words, s_messages);
    }

    [Fact]
    public async Task Plain_text_suggests_the_language_family()
    {
        Same(new LanguageTraining(), await Sent(s_book));
        var own = new LanguageTraining(
            new TokenizerSpec(TokenizerKind.BytePairs, 2_048), new GptNetwork(6, 8, 256, 128, 2, GptActivation.SwiGlu, GptPositions.Rotary, 0.1), 5_000, 0.05, 0.2)
        {
            Epochs = 20,
            Schedule = new WarmUpStableDecaySchedule(0.3, 0.1),
        };
        Same(own, await Sent(
            s_book,
            ("tokens", "BytePairs"), ("vocabulary", "2048"), ("steps", "5000"), ("layers", "6"), ("heads", "8"), ("width", "256"), ("context", "128"),
            ("key-value-heads", "2"), ("activation", "SwiGlu"), ("positions", "Rotary"), ("dropout", "0.1"), ("validation", "0.05"), ("test", "0.2"), ("epochs", "20"),
            ("schedule", "WarmUpStableDecay"), ("decay", "0.3"), ("floor", "0.1")));
        await CloneIsTheSame(own, s_book);
    }

    [Fact]
    public async Task Users_and_items_suggest_the_recommendation_family()
    {
        Same(new RecommendationTraining("user_id", "movie_id", "rating", "timestamp"), await Sent(s_ratings));
        var own = new RecommendationTraining("user_id", "movie_id", Network: new PooledHistory(32, 20, 0.4), Split: RecommendationSplit.LeaveLastOut);
        Same(own, await Sent(
            s_ratings, ("rating", ""), ("time", ""), ("network", "History"), ("factors", "32"), ("history", "20"), ("dropout", "0.4"), ("split", "LeaveLastOut")));
        await CloneIsTheSame(own, s_ratings);
        foreach (var network in (RecommendationNetwork[])[new BiasedFactorization(8, 3), new NeuralFactorization(16, 2), new BayesianRanking(24), new LinearAutoencoder(400)])
            await CloneIsTheSame(own with { Network = network }, s_ratings);
    }

    [Fact]
    public async Task A_person_can_choose_another_family_than_the_one_suggested()
    {
        var sent = await Sent(s_ratings, ("family", "Tabular"), ("target", "rating"));

        Same(new TabularTraining("rating"), sent);
    }

    public static TheoryData<ScheduleSpec> Schedules { get; } =
    [
        new ConstantSchedule { WarmUp = 0.1 },
        new StepSchedule(5, 0.2),
        new LinearSchedule(0.2),
        new CosineSchedule(0.3),
        new WarmUpStableDecaySchedule(0.4, 0.05),
        new OneCycleSchedule(0.2),
        new PlateauSchedule(0.5, 4),
    ];

    [Theory, MemberData(nameof(Schedules))]
    public Task Every_schedule_is_restored(ScheduleSpec schedule) => CloneIsTheSame(new TabularTraining("leaves") { Schedule = schedule }, Examples.Profile);

    public static TheoryData<OptimizerSpec> Optimizers { get; } =
    [
        new GradientDescentSpec { LearningRate = 0.5 },
        new SgdSpec(),
        new MomentumSpec(0.8),
        new AdamSpec(0.8, 0.99, 1e-6),
        new AdamWSpec(0.8, 0.99, 1e-6, 0.1),
        new RmsPropSpec(0.9, 1e-6),
        new LionSpec(0.8, 0.95, 0.1),
        new MuonSpec(0.9, 1e-3, 0.8, 0.9, 0.1),
    ];

    [Theory, MemberData(nameof(Optimizers))]
    public Task Every_optimizer_is_restored(OptimizerSpec optimizer) => CloneIsTheSame(new TabularTraining("leaves") { Optimizer = optimizer }, Examples.Profile);

    /// <summary>What is sent after these fields were filled in, in this order.</summary>
    private static async Task<TrainingSpec> Sent(DatasetProfile profile, params (string Field, string Value)[] filled)
    {
        await using var portal = Scripted(profile);
        var page = portal.Page<TrainPage>();
        foreach (var (field, value) in filled)
        {
            var input = page.Find($"[data-testid={field}]");
            if (input.GetAttribute("type") == "checkbox") await input.ChangeAsync(bool.Parse(value));
            else await input.ChangeAsync(value);
        }
        await page.Find("form").SubmitAsync();
        Assert.Empty(page.FindAll(".field-error").Select(error => error.TextContent));
        return Spec(portal);
    }

    /// <summary>A run of these settings, taken up again and sent as it is, asks for the same.</summary>
    private static async Task CloneIsTheSame(TrainingSpec training, DatasetProfile profile)
    {
        await using var portal = Scripted(profile);
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(Examples.Job(JobState.Succeeded) with { Spec = Examples.Train with { Training = training } }))
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version);
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo($"/train?from={Examples.RunId}");

        await portal.Page<TrainPage>().Find("form").SubmitAsync();

        Same(training, Spec(portal));
    }

    // Lists in records compare by reference; the text of both is what counts.
    private static void Same(TrainingSpec expected, TrainingSpec sent) =>
        Assert.Equal(JsonSerializer.Serialize(expected, MaaSJson.Options), JsonSerializer.Serialize(sent, MaaSJson.Options));

    private static TrainingSpec Spec(Portal portal) => Assert.IsType<TrainJob>(
        JsonSerializer.Deserialize<JobSpec>(Assert.Single(portal.Api.BodiesOf("POST /api/jobs")), MaaSJson.Options)).Training;

    private static Portal Scripted(DatasetProfile profile)
    {
        var portal = new Portal();
        portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]))
            .Answers("GET /api/experiments", new Page<ExperimentView>([]))
            .Answers($"GET /api/datasets/{Examples.DatasetId}/versions", new Page<DatasetVersionView>([Examples.Version]))
            .Answers($"GET /api/datasets/{Examples.DatasetId}/versions/3/profile", profile)
            .Answers("POST /api/jobs", Examples.Job(JobState.Queued));
        return portal;
    }
}
