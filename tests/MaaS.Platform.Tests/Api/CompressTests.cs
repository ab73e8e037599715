// Compress jobs through the API: what is filled in when one is submitted, what is refused before it is queued, and how its report is read.
using MaaS.Catalog.Models;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Compression;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class CompressTests(ApiServer api) : ApiTest(api)
{
    private static readonly TabularTraining s_trained = new("left", ["age", "city"], TabularGoal.Classification, new MlpNetwork([8, 4]), new SplitSpec());

    [Fact]
    public async Task A_submitted_job_says_its_model_and_opens_a_run_beside_the_sources()
    {
        var seed = await Seed.Make(Team);
        var source = await Version(seed);
        var steps = new CompressionStep[] { new Pruning(0.5), new FineTuning(), new StaticQuantization() };

        var job = await Member.Submit(new CompressJob(source, new RecipePlan(steps)), Token);

        var spec = Assert.IsType<CompressJob>(job.Spec);
        Assert.Equal((JobKind.Compress, JobState.Queued, source, $"{seed.Model}-compressed"), (job.Kind, job.State, spec.VersionId, spec.RegisterAs));
        var run = await Member.Run(job.RunId!.Value, Token);
        Assert.Equal((seed.Experiment, seed.DatasetVersion, "compress-3"), (run.ExperimentId, run.DatasetVersionId, run.Name));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["step_1"] = "pruning (50 % of weights, L1, global, 10 epochs)",
                ["step_2"] = "fine-tuning (5 epochs)",
                ["step_3"] = "static int8 (min-max, 512 rows, per channel)",
            },
            run.Params);
        Assert.Null(run.Compression);
    }

    [Fact]
    public async Task A_report_is_read_whole_as_json_and_as_a_page_that_runs_nothing()
    {
        var seed = await Seed.Make(Team);
        var report = Reports.Of() with
        {
            Variants = [Reports.Variant(1, 0.88, 1000, "<script>alert(1)</script>"), Reports.Variant(2, 0.91, 2000)],
            Best = 2,
            Verdict = "Take variant 2.",
            Sensitivity = [new("fc1.weight", 100, [new(0.5, 0.8)])],
        };
        await using (var context = Api.Context())
            await context.Runs.Where(run => run.Id == seed.Run).ExecuteUpdateAsync(run => run.SetProperty(row => row.Compression, report), Token);

        Assert.Equivalent(report, await Team.Client(Role.Viewer).Compression(seed.Run, Token), strict: true);
        Assert.Equivalent(report, (await Member.Run(seed.Run, Token)).Compression, strict: true);
        using var answer = await Team.Http(Role.Viewer).GetAsync($"api/runs/{seed.Run}/compression/report", Token);
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal(("text/html", "default-src 'none'; style-src 'unsafe-inline'; sandbox"), (answer.Content.Headers.ContentType!.MediaType, answer.Headers.GetValues("Content-Security-Policy").Single()));
        Assert.Contains("Take variant 2.", page, StringComparison.Ordinal);
        Assert.Contains("4.00x smaller, as fast, 2.00 points lost", page, StringComparison.Ordinal);
        Assert.Contains("2.00x smaller, as fast, 1.00 points gained", page, StringComparison.Ordinal);
        Assert.Contains("fc1.weight", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_compressed_nothing_has_no_report()
    {
        var seed = await Seed.Make(Team);
        foreach (var call in (Func<Task>[])[() => Member.Compression(seed.Running, Token), () => Member.CompressionPage(seed.Running, Token)])
            Assert.Equal((404, "compression_report_not_found"), await Refused(call) is var problem ? (problem.Status, problem.Code) : default);
    }

    [Fact]
    public async Task Another_teams_source_teacher_or_experiment_does_not_exist()
    {
        var seed = await Seed.Make(Team);
        var own = await Version(seed);
        var foreign = await Seed.Make(await TestTeam.Create(Api, $"theirs {Guid.NewGuid()}"));
        var theirs = await Version(foreign);
        var before = await Team.Rows();

        var source = await Refused(() => Member.Submit(new CompressJob(theirs, new PresetPlan(CompressionPreset.Smaller)), Token));
        Assert.Equal((404, "model_version_not_found", $"There is no model version {theirs} (the version_id) in this team."), (source.Status, source.Code, source.Detail));
        var teacher = await Refused(() => Member.Submit(new CompressJob(own, new RecipePlan([new Distillation([own, theirs])])), Token));
        Assert.Equal((404, "model_version_not_found", $"There is no model version {theirs} (the plan.steps[0].teachers[1]) in this team."), (teacher.Status, teacher.Code, teacher.Detail));
        var experiment = await Refused(() => Member.Submit(new CompressJob(own, new PresetPlan(CompressionPreset.Smaller), foreign.Experiment), Token));
        Assert.Equal((404, "experiment_not_found"), (experiment.Status, experiment.Code));
        Assert.Equal(before, await Team.Rows());
    }

    [Fact]
    public async Task A_viewer_may_not_submit()
    {
        var seed = await Seed.Make(Team);
        var source = await Version(seed);
        Assert.Equal(403, (await Refused(() => Team.Client(Role.Viewer).Submit(new CompressJob(source, new PresetPlan(CompressionPreset.Smaller)), Token))).Status);
    }

    [Fact]
    public async Task A_source_whose_data_is_gone_or_was_never_here_is_refused()
    {
        var seed = await Seed.Make(Team);
        var source = await Version(seed);
        var elsewhere = await Version(seed, manifest => manifest with { Training = null, Lineage = new(null, null, null) });
        var plan = new PresetPlan(CompressionPreset.Smaller);

        Assert.Equal((422, "source_without_data"), await Refused(() => Member.Submit(new CompressJob(elsewhere, plan), Token)) is var never ? (never.Status, never.Code) : default);
        await using (var context = Api.Context())
            await context.DatasetVersions.Where(version => version.Id == seed.DatasetVersion).ExecuteDeleteAsync(Token);
        var gone = await Refused(() => Member.Submit(new CompressJob(source, plan), Token));
        Assert.Equal((409, "source_data_gone"), (gone.Status, gone.Code));
        Assert.Contains("was deleted", gone.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_without_weights_is_refused()
    {
        var seed = await Seed.Make(Team);
        var source = await Version(seed, manifest => manifest with { Files = [] });

        var refused = await Refused(() => Member.Submit(new CompressJob(source, new RecipePlan([new Pruning()])), Token));

        Assert.Equal((422, "source_without_weights", $"version_id is version 2 of {seed.Model}, which has no weights.safetensors: its weights are in its graph alone, and variants are built from the weights."),
            (refused.Status, refused.Code, refused.Detail));
    }

    public static TheoryData<CompressionStep[], string> Misfits => new()
    {
        { [], "plan.steps holds 0 steps; 1 to 12 are allowed." },
        { [.. Enumerable.Repeat(new FineTuning(), 13)], "plan.steps holds 13 steps; 1 to 12 are allowed." },
        { [new StaticQuantization(), new FineTuning()], "plan.steps[1] is fine_tune, which trains, after static_int8, which changes the graph that is served and leaves nothing to train; put it before." },
        { [new WeightQuantization(Bits: 3)], "plan.steps[0].bits is 3; 2, 4 and 8 are allowed." },
        { [new FineTuning(), new WeightQuantization(Block: 48)], "plan.steps[1].block is 48; 16, 32, 64, 128 and 256 are allowed." },
        { [new Distillation([])], "plan.steps[0].teachers names no version; leave it out to learn from the source." },
        { [new Distillation(Student: new LanguageTraining())], "plan.steps[0].student is of another task than the source; a student must be of the same task." },
        { [new Distillation(Student: new TabularTraining("age"))], "plan.steps[0].student.target is \"age\", but the source's is \"left\"; a student answers the same question." },
        { [new Distillation(Student: new TabularTraining("left") { From = Guid.Empty })], "plan.steps[0].student.from is 00000000-0000-0000-0000-000000000000; a student begins anew, leave it out." },
        { [new Distillation(Student: new TabularTraining("left", Split: new(TestDatasetVersionId: Guid.Empty)))], "plan.steps[0].student.split is not the source's; a student is judged by the same rows, leave it out." },
    };

    [Theory]
    [MemberData(nameof(Misfits), DisableDiscoveryEnumeration = true)]
    public async Task A_recipe_that_cannot_be_followed_is_refused_by_its_step(CompressionStep[] steps, string sentence)
    {
        var seed = await Seed.Make(Team);
        var source = await Version(seed);

        var problem = await Refused(() => Member.Submit(new CompressJob(source, new RecipePlan(steps)), Token));

        Assert.Equal((422, "plan_not_allowed", sentence), (problem.Status, problem.Code, problem.Detail));
    }

    [Fact]
    public async Task A_teacher_must_know_the_same_task_and_classes()
    {
        var seed = await Seed.Make(Team);
        var source = await Version(seed);
        var regression = await Version(seed, manifest => manifest with { Task = ModelTask.TabularRegression, Labels = null });
        var others = await Version(seed, manifest => manifest with { Labels = ["maybe", "never"] });
        Task<Contracts.Problem> Refusal(Guid teacher) => Refused(() => Member.Submit(new CompressJob(source, new RecipePlan([new FineTuning(), new Distillation([teacher])])), Token));

        Assert.Equal(
            ("teacher_does_not_fit", $"plan.steps[1].teachers[0] is {regression}, a version for tabular regression, but the source is one for tabular classification; a teacher must be of the same task."),
            await Refusal(regression) is var task ? (task.Code, task.Detail) : default);
        Assert.Equal(
            ("teacher_does_not_fit", $"plan.steps[1].teachers[0] is {others}, whose classes are maybe, never, but the source's are no, yes; a teacher must know the same classes in the same order."),
            await Refusal(others) is var classes ? (classes.Code, classes.Detail) : default);
        await Member.Submit(new CompressJob(source, new RecipePlan([new Distillation([source])])), Token);
    }

    /// <summary>Another version of the seed's model, from its run, with weights to go on from.</summary>
    private async Task<Guid> Version(Seed seed, Func<ModelManifest, ModelManifest>? changed = null)
    {
        using var package = new TestPackage();
        await using var context = Api.Context();
        var model = context.Models.Single(row => row.TeamId == seed.Team.Id && row.Name == seed.Model);
        var manifest = package.Manifest with
        {
            Task = ModelTask.TabularClassification,
            Labels = ["no", "yes"],
            Training = s_trained,
            Inputs = [new("age", ColumnType.Integer, TensorType.Float32, [-1, 1])],
            Lineage = new(seed.Run, seed.DatasetVersion, null),
            Files = [new(ModelManifest.Weights, 1, new string('a', 64))],
        };
        var version = context.ModelVersions.Add(new ModelVersion
        {
            TeamId = seed.Team.Id,
            ModelId = model.Id,
            Number = ++model.LastNumber,
            Manifest = changed?.Invoke(manifest) ?? manifest,
            Bytes = 1,
            RunId = seed.Run,
            CreatedBy = "a test",
        }).Entity;
        await context.SaveChangesAsync(Token);
        return version.Id;
    }
}
