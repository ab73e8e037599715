// kill -9 of whatever takes part in a training, in the middle of it: the outcome is the one of an undisturbed training.
using System.Diagnostics;
using MaaS.Contracts.Jobs;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public sealed class CrashTests(CrashRig rig) : IClassFixture<CrashRig>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_all_its_checkpoints_a_training_leaves_the_newest()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.Equal(1, rig.CheckpointsLeft);
    }

    [Fact]
    public async Task Killing_the_jobs_process_does_not_change_the_outcome()
    {
        await using var worker = StartWorker();
        var job = await HalfWay(worker, "process-killed");

        Process.GetProcessById(Assert.Single(worker.Children())).Kill();

        await EndsAsUndisturbed(worker, job, "process-killed", attempt: 2);
    }

    [Fact]
    public async Task Killing_the_worker_does_not_change_the_outcome()
    {
        Guid job;
        await using (var first = StartWorker())
        {
            job = await HalfWay(first, "worker-killed");
            await first.Kill();
        }

        await using var second = StartWorker();

        await EndsAsUndisturbed(second, job, "worker-killed", attempt: 2);
    }

    [Fact]
    public async Task Stopping_the_worker_does_not_change_the_outcome()
    {
        Guid job;
        await using (var first = StartWorker())
        {
            job = await HalfWay(first, "worker-stopped");
            await first.Terminate();
        }

        await using var second = StartWorker();

        await EndsAsUndisturbed(second, job, "worker-stopped", attempt: 2);
    }

    [Fact]
    public async Task Killing_PostgreSQL_does_not_change_the_outcome()
    {
        await using var worker = StartWorker();
        var job = await HalfWay(worker, "database-killed");

        await rig.Server.Kill(Token);
        await Task.Delay(TimeSpan.FromSeconds(1), Token); // an outage in which the process wants to write several times
        await rig.Server.Start(Token);

        // The process waits the outage out: its first attempt is the one that ends.
        await EndsAsUndisturbed(worker, job, "database-killed", attempt: 1);
    }

    [Fact]
    public async Task A_training_that_goes_on_from_a_version_begins_where_it_ended_however_often_it_is_killed()
    {
        await using var worker = StartWorker();
        var source = await rig.Version("undisturbed");
        var job = await HalfWay(worker, "continued", source.Id);

        Process.GetProcessById(Assert.Single(worker.Children())).Kill();
        await rig.WaitUntil(worker, job, row => row.State == JobState.Succeeded);

        var (trained, version) = (await rig.Read(job, "continued"), await rig.Version("continued"));
        Assert.Equal("undisturbed/1", version.Manifest.Lineage.Parent);
        var best = rig.Undisturbed.Points.Where(point => point.Key == "val_loss").Min(point => point.Value);
        Assert.Equal(("val_loss", 0, best), trained.Points.First(point => point.Key == "val_loss"));
        Assert.Contains("goes on from version 1 of undisturbed", await rig.LogOf(job));
    }

    private WorkerProcess StartWorker()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        return rig.StartWorker();
    }

    private async Task<Guid> HalfWay(WorkerProcess worker, string registerAs, Guid? from = null)
    {
        var job = await rig.Train(registerAs, from);
        await rig.WaitUntil(worker, job, row => row.CheckpointSha256 is not null && row.Progress > 0.3);
        return job;
    }

    private async Task EndsAsUndisturbed(WorkerProcess worker, Guid jobId, string registeredAs, int attempt)
    {
        var job = await rig.WaitUntil(worker, jobId, row => row.State == JobState.Succeeded);

        Assert.Equal(attempt, job.Attempt);
        if (attempt > 1)
            Assert.Contains(await rig.LogOf(jobId), line => line.StartsWith("resumed after epoch", StringComparison.Ordinal));
        var trained = await rig.Read(jobId, registeredAs);
        Assert.Equal(rig.Undisturbed.Figures, trained.Figures);
        Assert.Equal(rig.Undisturbed.Points, trained.Points);
        Assert.Equal((JobState.Succeeded, 1), (trained.State, trained.Versions));
    }
}
