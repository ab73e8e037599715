// Sweeps by a real worker: they end with the best run registered, go on after a crash, and take their runs with them when canceled.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class SweepTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    private static readonly Dictionary<string, SearchRange> s_rates = new()
    {
        ["optimizer.learning_rate"] = new ChoiceRange([.. new[] { 1e-6, 1e-2, 1e-5, 1e-4 }.Select(rate => JsonSerializer.SerializeToElement(rate))]),
    };

    [Fact]
    public async Task A_sweep_ends_with_its_best_run_registered_even_when_its_process_is_killed()
    {
        var version = await ReadyDataset();
        await using var worker = StartWorker();
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
        await using var worker = StartWorker();
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

    private WorkerProcess StartWorker(int slots = 4) =>
        WorkerProcess.Start(Database.ConnectionString, Root, ("Worker:Slots", $"{slots}"));

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

    /// <summary>Two numbers that decide most of the label.</summary>
    private async Task<Guid> ReadyDataset()
    {
        var random = new Random(3);
        var rows = new StringBuilder("a,b,label\n");
        for (var i = 0; i < 1500; i++)
            if ((random.NextDouble(), random.NextDouble()) is var (a, b))
                rows.Append(CultureInfo.InvariantCulture, $"{a:f4},{b:f4},{(a + b + 0.2 * random.NextDouble() > 1.1 ? "yes" : "no")}\n");
        var path = Path.Combine(Root, "rows.csv");
        await File.WriteAllTextAsync(path, rows.ToString(), Token);
        await using var file = File.OpenRead(path);
        var (sha256, bytes) = await Artifacts.Write(file, long.MaxValue, Token);
        await using var context = Context();
        var dataset = context.Datasets.Add(new() { TeamId = Team.Id, Name = "dataset" }).Entity;
        var profile = Profile with
        {
            RowCount = 1500,
            Reading = new(DatasetFormat.Csv, ",", true, "utf-8", [""]),
            Columns =
            [
                new("a", ColumnType.Number, 0, 1400, false, null, []),
                new("b", ColumnType.Number, 0, 1400, false, null, []),
                new("label", ColumnType.Category, 0, 2, false, null, []),
            ],
        };
        var version = new DatasetVersion
        {
            TeamId = Team.Id,
            Number = 1,
            FileName = "rows.csv",
            Bytes = bytes,
            Sha256 = sha256,
            Reading = new(),
            Profile = profile,
            State = DatasetState.Ready,
        };
        dataset.Versions.Add(version);
        await context.SaveChangesAsync(Token);
        return version.Id;
    }

    private async Task<Job> WaitUntil(WorkerProcess worker, Job job, Func<Job, bool> reached)
    {
        var now = job;
        await Eventually(worker, async () => reached(now = await Read(job)));
        return now;
    }

    private static async Task Eventually(WorkerProcess worker, Func<Task<bool>> reached)
    {
        for (var watch = Stopwatch.StartNew(); !await reached(); await Task.Delay(50, Token))
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), worker.Output);
    }
}
