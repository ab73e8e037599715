// Sweeps by a real worker: they end with the best run registered, go on after a crash, and take their runs with them when canceled.
using System.Diagnostics;
using System.Text.Json;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class SweepTests(PostgresFixture postgres) : WorkerTest(postgres)
{
    private static readonly Dictionary<string, SearchRange> s_rates = new()
    {
        ["optimizer.learning_rate"] = new ChoiceRange([.. new[] { 1e-6, 1e-2, 1e-5, 1e-4 }.Select(rate => JsonSerializer.SerializeToElement(rate))]),
    };

    [Fact]
    public async Task A_sweep_ends_with_its_best_run_registered_even_when_its_process_is_killed()
    {
        var version = await ReadyDataset();
        await using var worker = StartWorker(slots: 4);
        var job = await Submit(new(version, Training(6), s_rates, SearchMethod.Grid, RegisterAs: "best"));
        await WaitUntil(worker, job, row => row.State == JobState.Running);
        await Eventually(worker, async () => (await Report(job))?.Trials.Any(trial => trial.State == TrialState.Succeeded) == true);

        Process.GetProcessById(worker.ChildOf(job.Id)!.Value).Kill();
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.True((ended.State, ended.Attempt) == (JobState.Succeeded, 2), $"{ended.State}, attempt {ended.Attempt}: {ended.Error}\n{worker.Output}\n{string.Join('\n', (await Log.Read(job.Id, 0, 1000, Token)).Select(line => line.Text))}");
        var report = (await Report(job))!;
        Assert.Equal([1e-6, 1e-2, 1e-5, 1e-4], report.Trials.Select(trial => trial.Values["optimizer.learning_rate"].GetDouble()));
        Assert.All(report.Trials, trial => Assert.Equal((TrialState.Succeeded, 6), (trial.State, trial.Epochs)));
        Assert.Equal((2, report.Trials.Min(trial => trial.Objective)), report.Trials.Where(trial => trial.RunId == report.BestRunId).Select(trial => (trial.Number, trial.Objective)).Single());
        await using var context = Context();
        Assert.Equal([report.BestRunId], await context.ModelVersions.Where(row => row.Model.Name == "best").Select(row => row.RunId).ToListAsync(Token));
        Assert.Equal(4, await context.Jobs.CountAsync(row => row.ParentId == job.Id, Token));
        var points = (await Metrics.Query(job.RunId!.Value, ["objective"], 100, Token)).Single().Points;
        Assert.Equal(report.Trials.Select(trial => ((long)trial.Number, trial.Objective!.Value)), points.Select(point => (point.Step, point.Value)));
    }

    [Fact]
    public async Task Weak_runs_are_stopped_and_strong_ones_are_not()
    {
        var version = await ReadyDataset();
        await using var worker = StartWorker(slots: 4);
        var job = await Submit(new(version, Training(200), s_rates, SearchMethod.Grid, Parallel: 4, Halving: new(MinEpochs: 4, Factor: 2)));

        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.Equal(JobState.Succeeded, ended.State);
        var report = (await Report(job))!;
        Assert.Equal(TrialState.Succeeded, report.Trials[1].State);
        Assert.Equal(report.Trials[1].RunId, report.BestRunId);
        Assert.Contains(report.Trials, trial => trial is { State: TrialState.Stopped, Epochs: < 200 });
    }

    [Fact]
    public async Task Canceling_a_sweep_cancels_its_runs()
    {
        var version = await ReadyDataset();
        await using var worker = StartWorker(slots: 1);
        var job = await Submit(new(version, Training(100_000), s_rates, SearchMethod.Grid));
        await Eventually(worker, async () =>
        {
            await using var seen = Context();
            return await seen.Jobs.AnyAsync(row => row.ParentId == job.Id && row.State == JobState.Running, Token)
                && await seen.Jobs.AnyAsync(row => row.ParentId == job.Id && row.State == JobState.Queued, Token);
        });

        await Queue.RequestCancel(job.Id, Token);
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);
        await Eventually(worker, async () =>
        {
            await using var seen = Context();
            return await seen.Jobs.Where(row => row.ParentId == job.Id).AllAsync(row => row.State == JobState.Canceled, Token);
        });

        Assert.Equal(JobState.Canceled, ended.State);
        await Eventually(worker, () => Task.FromResult(worker.Children().Count == 0));
    }

    private static TabularTraining Training(int epochs) =>
        new("label", Network: new LinearNetwork()) { Epochs = epochs, Patience = 0, BatchSize = 64, Optimizer = new AdamSpec(), Device = DeviceChoice.Cpu };

    private async Task<Job> Submit(SweepJob sweep)
    {
        await using var context = Context();
        var experiment = context.Experiments.Add(new() { TeamId = Team.Id, Name = $"experiment {Guid.NewGuid()}" }).Entity;
        var runId = Guid.CreateVersion7();
        var job = new Job { TeamId = Team.Id, Kind = JobKind.Sweep, Spec = sweep, RunId = runId, CreatedBy = "a test" };
        context.Runs.Add(new() { Id = runId, TeamId = Team.Id, ExperimentId = experiment.Id, JobId = job.Id, Name = "sweep" });
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }

    private async Task<SweepReport?> Report(Job job)
    {
        await using var context = Context();
        return (await context.Runs.AsNoTracking().SingleAsync(run => run.JobId == job.Id, Token)).Sweep;
    }
}
