// The real worker on jobs that need no training: it registers, runs, reports, cancels, and leaves nobody behind.
using System.Diagnostics;
using System.Text;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class WorkerTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    [Fact]
    public async Task A_file_is_profiled_and_the_log_tells()
    {
        var job = await Upload("age,label\n31,no\n45,yes\n,no\n");
        await using var worker = StartWorker();

        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.Equal((JobState.Succeeded, 1, (string?)null), (ended.State, ended.Attempt, ended.Error));
        var version = await VersionOf(job);
        Assert.Equal((DatasetState.Ready, 3L, 2), (version.State, version.RowCount, version.ColumnCount));
        // The worker writes what a job said last a moment after its end.
        await Eventually(async () => await Log.Read(job.Id, 0, 10, Token) is [{ Text: "3 rows, 2 columns." }, ..], TimeSpan.FromSeconds(5), () => "The log does not tell.");
        await using var context = Context();
        var row = await context.Workers.SingleAsync(Token);
        Assert.Equal(("tester", "cpu"), (row.Name, row.Devices[0].Kind));
    }

    [Fact]
    public async Task A_broken_file_is_the_users_mistake_and_is_not_tried_again()
    {
        var job = await Upload("age,label\n");
        await using var worker = StartWorker();

        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.Equal((JobState.Failed, 1, "user_error"), (ended.State, ended.Attempt, ended.ErrorCode));
        Assert.Equal((DatasetState.Failed, ended.Error), await VersionOf(job) is var version ? (version.State, version.Error) : default);
        await Eventually(async () => await Log.Read(job.Id, 0, 10, Token) is [var line] && line.Text == ended.Error, TimeSpan.FromSeconds(5), () => "The log does not say why.");
    }

    [Fact]
    public async Task Canceling_stops_a_busy_process()
    {
        var job = await UploadLarge();
        await using var worker = StartWorker();
        await WaitUntil(worker, job, row => row.State == JobState.Running && worker.Children().Count == 1);
        var child = Assert.Single(worker.Children());

        await Queue.RequestCancel(job.Id, Token);
        var ended = await WaitUntil(worker, job, row => row.FinishedAt is not null);

        Assert.Equal(JobState.Canceled, ended.State);
        Assert.False(WorkerProcess.IsAlive(child));
    }

    [Fact]
    public async Task A_worker_that_is_stopped_gives_its_job_back_and_its_row_goes()
    {
        var job = await UploadLarge();
        await using var worker = StartWorker();
        await WaitUntil(worker, job, row => row.State == JobState.Running && worker.Children().Count == 1);

        await worker.Terminate();

        var released = await Read(job);
        Assert.Equal((JobState.Queued, 1, 1), (released.State, released.Attempt, released.Released));
        await using var context = Context();
        Assert.Equal(0, await context.Workers.CountAsync(Token));
    }

    [Fact]
    public async Task A_worker_that_is_killed_leaves_no_orphan()
    {
        var job = await UploadLarge();
        await using var worker = StartWorker();
        await WaitUntil(worker, job, row => row.State == JobState.Running && worker.Children().Count == 1);
        var child = Assert.Single(worker.Children());

        await worker.Kill();

        await Eventually(() => Task.FromResult(!WorkerProcess.IsAlive(child)), TimeSpan.FromSeconds(5), () => "The job's process lives on.");
    }

    [Fact]
    public async Task A_process_that_is_killed_is_started_again()
    {
        var job = await UploadLarge();
        await using var worker = StartWorker();
        await WaitUntil(worker, job, row => row.State == JobState.Running && worker.Children().Count == 1);

        Process.GetProcessById(Assert.Single(worker.Children())).Kill();

        Assert.Equal(JobState.Running, (await WaitUntil(worker, job, row => row.Attempt == 2)).State);
    }

    private WorkerProcess StartWorker() => WorkerProcess.Start(Database.ConnectionString, Root, ("Worker:Name", "tester"));

    /// <summary>60 MB keep the process busy for seconds.</summary>
    private Task<Job> UploadLarge()
    {
        var rows = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i},word {i % 977},{i % 3}\n"));
        return Upload(new RepeatedStream(Encoding.UTF8.GetBytes(rows), 80));
    }

    private Task<Job> Upload(string text) => Upload(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private async Task<Job> Upload(Stream file)
    {
        var (sha256, bytes) = await Artifacts.Write(file, long.MaxValue, Token);
        await using var context = Context();
        var dataset = new Dataset { TeamId = Team.Id, Name = "dataset" };
        var version = new DatasetVersion
        {
            TeamId = Team.Id,
            Number = 1,
            FileName = "a.csv",
            Bytes = bytes,
            Sha256 = sha256,
            Reading = new(),
        };
        var job = new Job { TeamId = Team.Id, Kind = JobKind.Profile, Spec = new ProfileJob(version.Id, new()), CreatedBy = "a test" };
        version.ProfileJobId = job.Id;
        dataset.Versions.Add(version);
        context.Datasets.Add(dataset);
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }

    private async Task<Job> WaitUntil(WorkerProcess worker, Job job, Func<Job, bool> reached)
    {
        var now = job;
        await Eventually(async () => reached(now = await Read(job)), TimeSpan.FromSeconds(60),
            () => $"The job is {now.State} at {now.Progress:P0}, attempt {now.Attempt}: {now.Error}\n{worker.Output}");
        return now;
    }

    private static async Task Eventually(Func<Task<bool>> reached, TimeSpan limit, Func<string> otherwise)
    {
        for (var watch = Stopwatch.StartNew(); !await reached(); await Task.Delay(50, Token))
            if (watch.Elapsed > limit)
                Assert.Fail(otherwise());
    }

    private sealed class RepeatedStream(byte[] block, int times) : MemoryStream(block)
    {
        private int _left = times;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length && --_left > 0)
                Position = 0;
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
