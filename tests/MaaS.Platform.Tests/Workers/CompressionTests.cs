// Compress jobs by a real worker: each variant is a version as soon as it is there; a process that is killed goes on after what it had
// found, and a job that is stopped keeps it.
using System.Diagnostics;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class CompressionTests(PostgresFixture postgres) : WorkerTest(postgres)
{
    private static readonly RecipePlan s_slow = new([new FineTuning(3), new FineTuning(20), new DynamicQuantization()]);

    [Fact]
    public async Task Variants_are_versions_with_their_source_as_parent_and_the_report_tells_of_all()
    {
        await using var worker = StartWorker(slots: 1);
        var source = await Trained(worker);

        var job = await Submit(source, new RecipePlan([new WeightQuantization(8)]));
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.True(ended.State == JobState.Succeeded, $"{ended.Error}\n{worker.Output}\n{await Said(job)}");
        var report = (await Report(job))!;
        var variant = Assert.Single(report.Variants);
        Assert.Equal((1, "small", 1), (variant.Number, variant.Version!.Model, variant.Version.Number));
        Assert.Equal([new WeightQuantization(8)], variant.Steps);
        await using var context = Context();
        var version = await context.ModelVersions.Include(row => row.Files).SingleAsync(row => row.Id == variant.Version.Id, Token);
        Assert.Equal(("rows/1", job.RunId, job.RunId), (version.Manifest.Lineage.Parent, version.RunId, version.Manifest.Lineage.RunId));
        Assert.Contains(version.Files, file => file.Path == "model.onnx" && file.Bytes == variant.Figures.Bytes);
        Assert.Contains("is version 1 of small", await Said(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_process_goes_on_after_what_it_had_found()
    {
        await using var worker = StartWorker(slots: 1);
        var job = await Submit(await Trained(worker), s_slow);
        await WaitForFirst(worker, job);

        Process.GetProcessById(worker.ChildOf(job.Id)!.Value).Kill();
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.True((ended.State, ended.Attempt) == (JobState.Succeeded, 2), $"{ended.State}, attempt {ended.Attempt}: {ended.Error}\n{worker.Output}\n{await Said(job)}");
        var report = (await Report(job))!;
        Assert.Equal(report.Variants.Select(variant => variant.Number).Distinct(), report.Variants.Select(variant => variant.Number));
        Assert.Equal(Enumerable.Range(1, report.Variants.Count), report.Variants.Select(variant => variant.Version!.Number));
        await using var context = Context();
        Assert.Equal(report.Variants.Count, await context.ModelVersions.CountAsync(row => row.Model.Name == "small", Token));
    }

    [Fact]
    public async Task A_job_that_is_stopped_keeps_what_it_had_found()
    {
        await using var worker = StartWorker(slots: 1);
        var job = await Submit(await Trained(worker), s_slow);
        await WaitForFirst(worker, job);

        await Queue.RequestCancel(job.Id, Token);
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.Equal(JobState.Canceled, ended.State);
        var found = (await Report(job))!.Variants;
        await using var context = Context();
        Assert.Equal(found.Select(variant => variant.Version!.Id), await context.ModelVersions.Where(row => row.Model.Name == "small").OrderBy(row => row.Number).Select(row => row.Id).ToListAsync(Token));
        Assert.NotEmpty(found);
    }

    [Fact]
    public async Task Data_that_was_deleted_meanwhile_is_said_in_a_sentence()
    {
        await using var worker = StartWorker(slots: 1);
        var source = await Trained(worker);
        await using (var context = Context())
            await context.DatasetVersions.ExecuteDeleteAsync(Token);

        var job = await Submit(source, new PresetPlan(CompressionPreset.Smaller));
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.Equal((JobState.Failed, "user_error", 1), (ended.State, ended.ErrorCode, ended.Attempt));
        Assert.StartsWith("The data of version_id is ", ended.Error, StringComparison.Ordinal);
        Assert.EndsWith("a dataset version that was deleted.", ended.Error, StringComparison.Ordinal);
    }

    /// <returns>A version of the model "rows".</returns>
    private async Task<Guid> Trained(WorkerProcess worker)
    {
        var data = await ReadyDataset();
        var training = new TabularTraining("label", Network: new MlpNetwork([8])) { Epochs = 3, Patience = 0, Device = DeviceChoice.Cpu };
        var job = await Submit(JobKind.Train, new TrainJob(data, training, RegisterAs: "rows"));
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);
        Assert.True(ended.State == JobState.Succeeded, ended.Error);
        await using var context = Context();
        return await context.ModelVersions.Where(row => row.Model.Name == "rows").Select(row => row.Id).SingleAsync(Token);
    }

    private Task<Job> Submit(Guid source, CompressionPlan plan) => Submit(JobKind.Compress, new CompressJob(source, plan, RegisterAs: "small"));

    private async Task<Job> Submit(JobKind kind, JobSpec spec)
    {
        await using var context = Context();
        var experiment = context.Experiments.Add(new() { TeamId = Team.Id, Name = $"experiment {Guid.NewGuid()}" }).Entity;
        var runId = Guid.CreateVersion7();
        var job = new Job { TeamId = Team.Id, Kind = kind, Spec = spec, RunId = runId, CreatedBy = "a test" };
        context.Runs.Add(new() { Id = runId, TeamId = Team.Id, ExperimentId = experiment.Id, JobId = job.Id, Name = "run" });
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }

    private Task WaitForFirst(WorkerProcess worker, Job job) => Eventually(worker, async () =>
    {
        Assert.True((await Read(job)).FinishedAt is null, await Said(job));
        return (await Report(job))?.Variants.Count > 0;
    });

    private async Task<CompressionReport?> Report(Job job)
    {
        await using var context = Context();
        return (await context.Runs.AsNoTracking().SingleAsync(run => run.JobId == job.Id, Token)).Compression;
    }

    private async Task<string> Said(Job job) => string.Join('\n', (await Log.Read(job.Id, 0, 1000, Token)).Select(line => line.Text));
}
