// Submitting, listing, cancelling and following jobs.
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class JobTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task A_training_job_opens_a_run_in_an_experiment_of_the_datasets_name()
    {
        var seed = await Seed.Make(Team);
        var spec = new TrainJob(seed.DatasetVersion, new TabularTraining("left", Network: new LinearNetwork()) { Optimizer = new AdamSpec { LearningRate = 0.01 } }, RegisterAs: "leavers");
        var job = await Member.Submit(spec, Token);
        var second = await Member.Submit(spec, Token);
        var run = await Member.Run(job.RunId!.Value, Token);
        var experiment = await Member.Experiment(run.ExperimentId, Token);

        Assert.Equal((JobKind.Train, JobState.Queued, 0), (job.Kind, job.State, job.Attempt));
        Assert.Equal(("linear-adam-1", $"{seed.Mark} data"), (run.Name, run.ExperimentName));
        Assert.Equal((2, "0.01"), (experiment.RunCount, run.Params["optimizer.learning_rate"]));
        Assert.Equal(run.ExperimentId, (await Member.Run(second.RunId!.Value, Token)).ExperimentId);
        Assert.Equal([second.Id, job.Id], (await Member.Jobs(JobState.Queued, token: Token)).Items.Select(item => item.Id));
        Assert.Equal(JobState.Canceled, (await Member.CancelJob(job.Id, Token)).State);
        Assert.Equal(JobState.Canceled, (await Member.CancelJob(job.Id, Token)).State);
    }

    [Fact]
    public async Task A_job_that_needs_a_gpu_says_so_while_no_worker_has_one()
    {
        var seed = await Seed.Make(Team);
        var spec = new TrainJob(seed.DatasetVersion, new TabularTraining("left") { Device = DeviceChoice.Cuda });
        const string sentence = "waiting for a worker with a GPU; there is none. Start one, or cancel this job and train with training.device auto";

        var job = await Member.Submit(spec, Token);
        var anywhere = await Member.Submit(spec with { Training = spec.Training with { Device = DeviceChoice.Auto } }, Token);
        var listed = (await Member.Jobs(JobState.Queued, token: Token)).Items.ToDictionary(item => item.Id, item => item.Phase);
        Assert.Equal((sentence, sentence, null, sentence), (job.Phase, listed[job.Id], listed[anywhere.Id], (await Member.Run(job.RunId!.Value, Token)).Job.Phase));

        await using var context = Api.Catalog.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext();
        var worker = new Catalog.Workers.Worker { Name = "with a GPU", Devices = [new("cpu", 0, "some", 1), new("cuda", 0, "some", 1)] };
        context.Workers.Add(worker);
        await context.SaveChangesAsync(Token);
        Assert.Null((await Member.Job(job.Id, Token)).Phase);

        await context.Workers.Where(row => row.Id == worker.Id).ExecuteUpdateAsync(row => row.SetProperty(one => one.HeartbeatAt, DateTimeOffset.UtcNow.AddMinutes(-2)), Token);
        Assert.Equal(sentence, (await Member.Job(job.Id, Token)).Phase);
        await context.Workers.Where(row => row.Id == worker.Id).ExecuteDeleteAsync(Token);
    }

    [Fact]
    public async Task A_team_without_room_trains_nothing_more()
    {
        var full = await TestTeam.Create(Api, $"full {Guid.NewGuid()}", 1L << 30);
        var seed = await Seed.Make(full);
        await using (var context = Api.Catalog.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext())
            await context.Teams.Where(row => row.Id == full.Id).ExecuteUpdateAsync(row => row.SetProperty(team => team.StorageQuotaBytes, 1), Token);

        var refusal = await Assert.ThrowsAsync<ProblemException>(() =>
            full.Client(Role.Member).Submit(new TrainJob(seed.DatasetVersion, new TabularTraining("left")), Token));

        Assert.Equal((413, "storage_quota_exceeded"), (refusal.Problem.Status, refusal.Problem.Code));
    }

    [Fact]
    public async Task Lists_come_in_pages_that_neither_repeat_nor_skip()
    {
        for (var i = 0; i < 7; i++)
            await Member.CreateExperiment(new($"experiment {i}"), Token);
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = await Member.Experiments(3, after, Token);
            names.AddRange(page.Items.Select(item => item.Name));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(i => $"experiment {i}"), names);
    }

    [Fact]
    public async Task What_an_update_does_not_say_stays_as_it_is()
    {
        var seed = await Seed.Make(Team);
        await Member.UpdateRun(seed.Run, new("a", "a note", new Dictionary<string, string> { ["stage"] = "final" }), Token);
        var renamed = await Member.UpdateRun(seed.Run, new("b"), Token);
        var noted = await Member.UpdateRun(seed.Run, new("b", "another"), Token);
        var tagged = await Member.UpdateRun(seed.Run, new("b", Tags: new Dictionary<string, string> { ["owner"] = "ada" }), Token);
        var emptied = await Member.UpdateRun(seed.Run, new("b", "", new Dictionary<string, string>()), Token);

        Assert.Equal(("b", "a note", "final"), (renamed.Name, renamed.Notes, renamed.Tags["stage"]));
        Assert.Equal(("another", "final"), (noted.Notes, noted.Tags["stage"]));
        Assert.Equal("another", tagged.Notes);
        Assert.Equal(new Dictionary<string, string> { ["owner"] = "ada" }, tagged.Tags);
        Assert.Null(emptied.Notes);
        Assert.Empty(emptied.Tags);
    }

    [Fact]
    public async Task A_runs_notes_tags_metrics_log_and_files_come_back()
    {
        var seed = await Seed.Make(Team);
        var updated = await Member.UpdateRun(seed.Run, new("renamed", "a note", new Dictionary<string, string> { ["stage"] = "final" }), Token);
        var series = await Member.Metrics(seed.Run, token: Token);
        var log = await Member.Log(seed.Run, token: Token);
        var artifacts = await Member.Artifacts(seed.Run, Token);
        await using var file = await Member.Artifact(seed.Run, "model/sample.json", Token);
        using var reader = new StreamReader(file);

        Assert.Equal(("renamed", "a note", "final"), (updated.Name, updated.Notes, updated.Tags["stage"]));
        Assert.Equal(($"{seed.Mark}/loss", 1L, 0.5), (series.Single().Key, series[0].Count, series[0].Points.Single().Value));
        Assert.Equal($"{seed.Mark} line", log.Items.Single().Text);
        Assert.Equal(["model/model.json", "model/model.onnx", "model/sample.json"], artifacts.Select(artifact => artifact.Path));
        Assert.Contains("rows", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_a_job_shows_its_points_lines_and_end_and_goes_on_from_the_last_id()
    {
        var seed = await Seed.Make(Team);
        var lease = new JobLease(seed.RunningJob, 1);
        var chunker = new MetricChunker(lease, seed.Running);
        var seen = new List<(string Id, LiveEvent Event)>();
        await Write(lease, chunker, 1);
        var broken = Task.Run(async () =>
        {
            // Ends in the middle, as a connection does.
            await foreach (var item in Member.FollowJob(seed.RunningJob, token: Token))
            {
                seen.Add(item);
                if (Points(seen).Count == 2 && Lines(seen).Count == 2)
                    return;
            }
        }, Token);
        await Task.Delay(500, Token); // most likely it listens by now; if not, it reads the same later
        await Write(lease, chunker, 2);
        await broken;
        await Write(lease, chunker, 3);
        await Api.Catalog.GetRequiredService<JobQueue>().Fail(lease, "user_error", "The file is empty.", retry: false, Token);

        await foreach (var item in Member.FollowJob(seed.RunningJob, seen[^1].Id, Token))
            seen.Add(item);

        Assert.Equal([1, 2, 3], Points(seen).Select(point => point.Step));
        Assert.Equal(["line 1", "line 2", "line 3"], Lines(seen).Select(line => line.Text));
        var last = Assert.IsType<JobStateEvent>(seen[^1].Event).Job;
        Assert.Equal((JobState.Failed, "user_error", "The file is empty."), (last.State, last.ErrorCode, last.Error));
        Assert.Single(seen, item => item.Event is JobStateEvent { Job.State: JobState.Failed });
    }

    [Fact]
    public async Task An_id_that_no_event_had_is_refused()
    {
        var seed = await Seed.Make(Team);
        var problem = await Refused(async () =>
        {
            await foreach (var _ in Member.FollowJob(seed.Job, "yesterday", Token))
                Assert.Fail("There was an event.");
        });

        Assert.Equal((422, "invalid_last_event_id"), (problem.Status, problem.Code));
    }

    private async Task Write(JobLease lease, MetricChunker chunker, int step)
    {
        Assert.True(await Api.Catalog.GetRequiredService<MetricStore>().Append(lease, chunker.Pack([new("loss", step, 1.0 / step, DateTimeOffset.UtcNow)]), Token));
        Assert.True(await Api.Catalog.GetRequiredService<JobLog>().Append(lease, [(DateTimeOffset.UtcNow, $"line {step}")], Token));
    }

    private static List<MetricPoint> Points(List<(string, LiveEvent Event)> seen) => seen.Select(item => item.Event).OfType<JobMetricsEvent>().SelectMany(item => item.Points).ToList();

    private static List<LogLine> Lines(List<(string, LiveEvent Event)> seen) => seen.Select(item => item.Event).OfType<JobLogEvent>().SelectMany(item => item.Lines).ToList();
}
