// Every arrow of docs/job-states.md, and what a noun that depends on the job looks like afterwards.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Jobs;

public sealed class TransitionTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    [Fact]
    public async Task A_claim_makes_a_queued_job_running_under_a_lease()
    {
        var queued = await EnqueueProfile();

        var lease = await Claim();

        var job = await Read(queued);
        Assert.Equal((queued.Id, 1), (lease.JobId, lease.Attempt));
        Assert.Equal((JobState.Running, 1, WorkerId, "a test"), (job.State, job.Attempt, job.WorkerId, job.WorkerName));
        Assert.InRange(job.LeaseExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(61));
        Assert.NotNull(job.StartedAt);
    }

    [Fact]
    public async Task A_heartbeat_renews_the_lease_and_tells_how_far_the_job_is()
    {
        var job = await EnqueueProfile();
        var lease = await Claim();
        await ExpireLeases();

        Assert.Equal(Beat.Mine, await Queue.Heartbeat(lease, 0.25, "reading the file", Token));

        var beaten = await Read(job);
        Assert.Equal((0.25, "reading the file"), (beaten.Progress, beaten.Phase));
        Assert.True(beaten.LeaseExpiresAt > DateTimeOffset.UtcNow);
        Assert.Null(await Queue.Claim(WorkerId, "another", false, Token));
    }

    [Fact]
    public async Task A_finished_profile_makes_its_version_ready()
    {
        var job = await EnqueueProfile();
        var lease = await Claim();

        Assert.True(await Queue.Succeed(lease, Profile, Token));

        var (ended, version) = (await Read(job), await VersionOf(job));
        Assert.Equal((JobState.Succeeded, 1.0, (string?)null), (ended.State, ended.Progress, ended.Phase));
        Assert.NotNull(ended.FinishedAt);
        Assert.Equal((DatasetState.Ready, 10L, 1), (version.State, version.RowCount, version.ColumnCount));
        Assert.Equivalent(Profile, version.Profile, strict: true);
    }

    [Fact]
    public async Task A_users_mistake_fails_at_once_and_the_version_says_why()
    {
        var job = await EnqueueProfile();
        var lease = await Claim();

        Assert.Equal(JobState.Failed, await Queue.Fail(lease, "user_error", "Line 3 has no end.", retry: false, Token));

        var (ended, version) = (await Read(job), await VersionOf(job));
        Assert.Equal((JobState.Failed, "user_error", "Line 3 has no end."), (ended.State, ended.ErrorCode, ended.Error));
        Assert.Equal((DatasetState.Failed, "Line 3 has no end."), (version.State, version.Error));
    }

    [Fact]
    public async Task A_crash_is_tried_three_times()
    {
        var job = await EnqueueProfile();
        var states = new List<JobState?>();
        for (var i = 0; i < Job.MaxAttempts; i++)
            states.Add(await Queue.Fail(await Claim(), "crashed", "It crashed.", retry: true, Token));

        Assert.Equal([JobState.Queued, JobState.Queued, JobState.Failed], states);
        Assert.Equal((JobState.Failed, 3, "crashed"), await Read(job) is var ended ? (ended.State, ended.Attempt, ended.ErrorCode) : default);
        Assert.Null(await Queue.Claim(WorkerId, "a test", false, Token));
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_claimed_again_until_no_attempts_are_left()
    {
        var job = await EnqueueProfile();
        for (var attempt = 1; attempt <= Job.MaxAttempts; attempt++)
        {
            Assert.Equal(attempt, (await Claim()).Attempt);
            await ExpireLeases();
        }

        Assert.Null(await Queue.Claim(WorkerId, "a test", false, Token));

        var (ended, version) = (await Read(job), await VersionOf(job));
        Assert.Equal((JobState.Failed, "lease_lost"), (ended.State, ended.ErrorCode));
        Assert.Equal((DatasetState.Failed, ended.Error), (version.State, version.Error));
    }

    [Fact]
    public async Task A_shutdown_gives_the_job_back_without_costing_an_attempt()
    {
        var job = await EnqueueProfile();
        for (var i = 1; i <= 5; i++)
            Assert.True(await Queue.Release(await Claim(), Token));

        var queued = await Read(job);
        Assert.Equal((JobState.Queued, 5, 5), (queued.State, queued.Attempt, queued.Released));
        Assert.Equal(6, (await Claim()).Attempt);
    }

    [Fact]
    public async Task Canceling_a_queued_job_ends_it_at_once()
    {
        var job = await EnqueueProfile();

        Assert.Equal(JobState.Canceled, await Queue.RequestCancel(job.Id, Token));

        Assert.Equal(JobState.Canceled, (await Read(job)).State);
        Assert.Equal((DatasetState.Failed, "Reading the file was canceled."), await VersionOf(job) is var version ? (version.State, version.Error) : default);
        Assert.Null(await Queue.Claim(WorkerId, "a test", false, Token));
    }

    [Fact]
    public async Task Canceling_a_running_job_asks_its_worker()
    {
        var job = await EnqueueProfile();
        var lease = await Claim();
        Assert.False(await Queue.Cancel(lease, Token));

        Assert.Equal(JobState.Running, await Queue.RequestCancel(job.Id, Token));

        Assert.Equal(Beat.CancelRequested, await Queue.Look(lease, Token));
        Assert.Equal(Beat.CancelRequested, await Queue.Heartbeat(lease, 0.5, null, Token));
        Assert.True(await Queue.Cancel(lease, Token));
        Assert.Equal(JobState.Canceled, (await Read(job)).State);
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("release")]
    [InlineData("lease")]
    public async Task A_job_that_was_to_be_canceled_is_not_tried_again(string end)
    {
        var job = await EnqueueProfile();
        var lease = await Claim();
        await Queue.RequestCancel(job.Id, Token);

        if (end == "crash")
            Assert.Equal(JobState.Canceled, await Queue.Fail(lease, "crashed", "It crashed.", retry: true, Token));
        else if (end == "release")
            Assert.True(await Queue.Release(lease, Token));
        else
            await ExpireLeases();

        Assert.Null(await Queue.Claim(WorkerId, "a test", false, Token));
        Assert.Equal((JobState.Canceled, (string?)null), await Read(job) is var ended ? (ended.State, ended.Error) : default);
    }

    [Fact]
    public async Task Canceling_what_has_ended_changes_nothing()
    {
        var job = await EnqueueProfile();
        await Queue.Succeed(await Claim(), Profile, Token);

        Assert.Equal(JobState.Succeeded, await Queue.RequestCancel(job.Id, Token));
        Assert.Null(await Queue.RequestCancel(Guid.NewGuid(), Token));
        Assert.False((await Read(job)).CancelRequested);
    }

    [Fact]
    public async Task A_canceled_training_goes_on_from_its_checkpoint_with_as_many_attempts_as_a_new_one()
    {
        var job = await EnqueueTraining();
        var first = await Claim();
        Assert.False(await Queue.Resume(job.Id, Token));
        var (sha256, _) = await Artifacts.Write(new MemoryStream([1, 2, 3]), 10, Token);
        await Queue.SaveCheckpoint(first, sha256, 7, 3, Token);
        await Queue.RequestCancel(job.Id, Token);
        await Queue.Cancel(first, Token);

        Assert.True(await Queue.Resume(job.Id, Token));

        var queued = await Read(job);
        Assert.Equal((JobState.Queued, false, null, sha256), (queued.State, queued.CancelRequested, queued.FinishedAt, queued.CheckpointSha256));
        Assert.False(await Queue.Resume(job.Id, Token));
        var states = new List<JobState?>();
        for (var attempt = 0; attempt < Job.MaxAttempts; attempt++)
            states.Add(await Queue.Fail(await Claim(), "crashed", "It crashed.", retry: true, Token));
        Assert.Equal([JobState.Queued, JobState.Queued, JobState.Failed], states);
        // One that failed may go on too: a GPU that was full may be empty now.
        Assert.True(await Queue.Resume(job.Id, Token));
        Assert.Equal((null, null), ((await Read(job)).Error, (await Read(job)).ErrorCode));
    }

    [Fact]
    public async Task A_training_whose_run_is_being_deleted_waits_for_that_and_stays_ended()
    {
        var job = await EnqueueTraining();
        var lease = await Claim();
        var (sha256, _) = await Artifacts.Write(new MemoryStream([4, 5, 6]), 10, Token);
        await Queue.SaveCheckpoint(lease, sha256, 7, 3, Token);
        await Queue.Fail(lease, "crashed", "It crashed.", retry: false, Token);
        await using var context = Context();
        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        await context.Runs.Where(row => row.JobId == job.Id).ExecuteUpdateAsync(row => row.SetProperty(run => run.DeletedAt, DateTimeOffset.UtcNow), Token);
        var resuming = Queue.Resume(job.Id, Token);
        await using var onlooker = Context(); // within a transaction PostgreSQL shows its activity as it first was
        await Wait.For(
            () => onlooker.Database.SqlQuery<int>($"select count(*)::int as \"Value\" from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").SingleAsync(Token),
            waiting => waiting == 1);
        await transaction.CommitAsync(Token);

        Assert.False(await resuming);
        Assert.Equal(JobState.Failed, (await Read(job)).State);
    }

    [Fact]
    public async Task A_training_whose_checkpoint_is_gone_stays_ended()
    {
        var job = await EnqueueTraining();
        var lease = await Claim();
        await Queue.SaveCheckpoint(lease, new('e', 64), 7, 3, Token);
        await Queue.Fail(lease, "crashed", "It crashed.", retry: false, Token);

        Assert.False(await Queue.Resume(job.Id, Token));

        Assert.Equal(JobState.Failed, (await Read(job)).State);
    }
}
