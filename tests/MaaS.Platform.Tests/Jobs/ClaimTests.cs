// Who gets which job: once each, by priority, by the team's share, by age, by resources.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;
using Xunit;

namespace MaaS.Platform.Tests.Jobs;

public sealed class ClaimTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    [Fact]
    public async Task Thirty_two_claimers_take_two_thousand_jobs_once_each()
    {
        const int jobs = 2000;
        await using (var context = Context())
        {
            for (var i = 0; i < jobs; i++)
                context.Jobs.Add(new() { TeamId = Team.Id, Kind = JobKind.Profile, Spec = new ProfileJob(Guid.Empty, new()), CreatedBy = "a test" });
            await context.SaveChangesAsync(Token);
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 32).Select(async claimer =>
        {
            var taken = new List<JobLease>();
            while (await Queue.Claim(Guid.CreateVersion7(), $"claimer {claimer}", false, Token) is { } job)
                taken.Add(job.Lease);
            return taken;
        }));

        var all = claims.SelectMany(taken => taken).ToList();
        Assert.Equal(jobs, all.Count);
        Assert.Equal(jobs, all.Select(lease => lease.JobId).Distinct().Count());
        Assert.All(all, lease => Assert.Equal(1, lease.Attempt));
    }

    [Fact]
    public async Task The_higher_priority_goes_first_and_then_the_older()
    {
        var old = await EnqueueProfile();
        var young = await EnqueueProfile();
        var urgent = await EnqueueProfile(priority: 5);

        var order = new[] { await Claim(), await Claim(), await Claim() };

        Assert.Equal([urgent.Id, old.Id, young.Id], order.Select(lease => lease.JobId));
    }

    [Fact]
    public async Task The_team_that_runs_least_goes_first()
    {
        var other = await AddTeam("second");
        var firsts = new[] { await EnqueueProfile(), await EnqueueProfile(), await EnqueueProfile() };
        var seconds = new[] { await EnqueueProfile(other), await EnqueueProfile(other) };

        var order = new List<Guid>();
        for (var i = 0; i < 5; i++)
            order.Add((await Claim()).JobId);

        Assert.Equal([firsts[0].Id, seconds[0].Id, firsts[1].Id, seconds[1].Id, firsts[2].Id], order);
    }

    [Fact]
    public async Task A_job_that_needs_a_gpu_waits_for_a_worker_that_has_one()
    {
        var job = await EnqueueProfile(needsGpu: true);

        Assert.Null(await Queue.Claim(WorkerId, "a test", hasGpu: false, Token));
        Assert.Equal(job.Id, (await Claim(hasGpu: true)).JobId);
    }

    [Fact]
    public async Task Queueing_a_job_wakes_a_listener_only_when_it_is_committed()
    {
        await using var listener = await Database.OpenConnectionAsync(Token);
        await using var listen = new Npgsql.NpgsqlCommand($"listen {JobQueue.Channel}", listener);
        await listen.ExecuteNonQueryAsync(Token);

        await using (var context = Context())
        {
            await using var transaction = await context.Database.BeginTransactionAsync(Token);
            var job = new Job { TeamId = Team.Id, Kind = JobKind.Profile, Spec = new ProfileJob(Guid.Empty, new()), CreatedBy = "a test" };
            await JobQueue.Enqueue(context, job, Token);
            Assert.False(await listener.WaitAsync(TimeSpan.FromMilliseconds(200), Token));
            await transaction.CommitAsync(Token);
        }

        Assert.True(await listener.WaitAsync(TimeSpan.FromSeconds(5), Token));
    }
}
