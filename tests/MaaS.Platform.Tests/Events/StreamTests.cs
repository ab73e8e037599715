// Who hears what, for how long, and at what cost.
using System.Diagnostics;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace MaaS.Platform.Tests.Events;

public sealed class StreamTests(ApiServer api) : EventTest(api)
{
    [Fact]
    public async Task Every_topic_says_how_it_is_by_now()
    {
        Topic[] topics = [Topic.Job(Seed.RunningJob), Topic.Run(Seed.Run), Topic.Webhook(Seed.Webhook), Topic.Jobs, Topic.Notifications, Topic.Deployments, Topic.Workers];

        var said = (await Read(Admin, topics, null, seen => seen.Count == topics.Length)).ToDictionary(item => Topic.Of(item.Event), item => item.Event);

        Assert.Equal(topics.ToHashSet(), said.Keys.ToHashSet());
        Assert.Equal(0, Assert.IsType<UnreadEvent>(said[Topic.Notifications]).Count);
        var jobs = Assert.IsType<TeamJobsEvent>(said[Topic.Jobs]);
        Assert.Equal([Seed.RunningJob, Seed.Job], jobs.Jobs.Select(job => job.Id));
        Assert.Equal(0, jobs.Queued);
        var deployment = Assert.Single(Assert.IsType<DeploymentsEvent>(said[Topic.Deployments]).Deployments);
        Assert.Equal(new(Seed.Deployment, Contracts.Deployments.DeploymentState.Serving, 1, 0, 0), deployment);
    }

    [Fact]
    public async Task What_changes_is_told()
    {
        Topic[] topics = [Topic.Run(Seed.Run), Topic.Notifications, Topic.Deployments];
        var first = await Read(Member, topics, null, seen => seen.Count == 3);

        await Member.UpdateRun(Seed.Run, new("another name"), Token);
        await Member.ReadNotifications(Token);
        await Member.Pause(Seed.Deployment, Token);
        var second = (await Read(Member, topics, first[^1].Id, seen => seen.Count == 3)).Select(item => item.Event).ToList();

        Assert.Equal((1, 0), (first.Select(item => item.Event).OfType<UnreadEvent>().Single().Count, second.OfType<UnreadEvent>().Single().Count));
        Assert.Equal(Contracts.Deployments.DeploymentState.Paused, second.OfType<DeploymentsEvent>().Single().Deployments.Single().State);
        Assert.Equal($"{Topic.Run(Seed.Run)}", second.OfType<ChangedEvent>().Single().Topic);
    }

    [Fact]
    public async Task A_stream_that_ends_takes_nothing_from_the_requests_of_its_time()
    {
        using var ended = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var asked = 0; !ended.IsCancellationRequested || asked == 0; asked++)
                await Member.Lineage(Seed.Run, Token);
        }, Token)).ToList();

        for (var round = 0; round < 300; round++)
            await Read(Member, [Topic.Jobs], null, _ => true);

        await ended.CancelAsync();
        await Task.WhenAll(asking);
    }

    [Fact]
    public async Task Whoever_follows_a_job_that_was_just_resumed_hears_it_go_on_not_that_it_had_ended()
    {
        var queue = Api.Catalog.GetRequiredService<JobQueue>();
        var (sha256, _) = await Api.Catalog.GetRequiredService<ArtifactStore>().Write(new MemoryStream([7]), 10, Token);
        await queue.SaveCheckpoint(Lease, sha256, 1, 1, Token);
        await queue.RequestCancel(Seed.RunningJob, Token);
        await queue.Cancel(Lease, Token);
        await using var another = Member.Events([Topic.Job(Seed.RunningJob)], null, Token).GetAsyncEnumerator(Token);
        Assert.True(await another.MoveNextAsync());
        Assert.Equal(JobState.Canceled, Assert.IsType<JobStateEvent>(another.Current.Event).Job.State);

        Assert.True(await queue.Resume(Seed.RunningJob, Token));
        var first = await Member.FollowJob(Seed.RunningJob, token: Token).Select(item => item.Event).OfType<JobStateEvent>().FirstAsync(Token);

        Assert.Equal(JobState.Queued, first.Job.State);
    }

    [Fact]
    public async Task Another_teams_things_do_not_exist()
    {
        var ours = await TestTeam.Create(Api, $"another {Guid.NewGuid()}");
        var client = ours.Client(Role.Admin);
        Topic[] theirs = [Topic.Job(Seed.RunningJob), Topic.Log(Seed.RunningJob), Topic.Metrics(Seed.Running), Topic.Run(Seed.Run), Topic.Webhook(Seed.Webhook)];
        foreach (var topic in theirs)
            Assert.Equal((404, "topic_not_found"), Code(await Refused(() => Read(client, [topic], null, _ => true))));

        await Write(1);
        var seen = (await Read(client, [.. theirs, Topic.Jobs, Topic.Deployments, Topic.Notifications], null, seen => seen.Count == 8)).Select(item => item.Event).ToList();

        Assert.Equal(theirs.Select(topic => $"{topic}"), seen.OfType<GoneEvent>().Select(gone => gone.Topic));
        Assert.All(seen.OfType<GoneEvent>(), gone => Assert.Equal((404, $"There is no topic {gone.Topic} in this team."), (gone.Problem.Status, gone.Problem.Detail)));
        Assert.Empty(seen.OfType<TeamJobsEvent>().Single().Jobs);
        Assert.Empty(seen.OfType<DeploymentsEvent>().Single().Deployments);
        Assert.Equal(new(0, null), seen.OfType<UnreadEvent>().Single());
    }

    [Fact]
    public async Task A_key_has_no_notifications_and_a_member_hears_of_no_webhook()
    {
        var key = Api.Client((await Admin.CreateApiKey(new("robot", Role.Member), Token)).Secret);

        var seen = (await Read(key, [Topic.Notifications, Topic.Webhook(Seed.Webhook), Topic.Jobs], null, seen => seen.Count == 3)).Select(item => item.Event).ToList();

        Assert.Equal([(403, "session_needed"), (403, "role_missing")], seen.OfType<GoneEvent>().Select(gone => Code(gone.Problem)));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_the_others_go_on()
    {
        var deleting = Task.Run(async () =>
        {
            await Task.Delay(1000, Token);
            await Member.DeleteRun(Seed.Run, Token);
            await Write(7);
        }, Token);

        var seen = await Read(Member, [Topic.Run(Seed.Run), Topic.Metrics(Seed.Running)], null, seen => seen.Any(item => item.Event is GoneEvent) && Steps(seen).Any());
        await deleting;

        Assert.Equal($"{Topic.Run(Seed.Run)}", seen.Select(item => item.Event).OfType<GoneEvent>().Single().Topic);
        Assert.Equal([7], Steps(seen));
    }

    [Theory]
    [InlineData("session")]
    [InlineData("key")]
    [InlineData("role")]
    public async Task Whoever_may_no_longer_hear_it_hears_nothing_after_five_seconds(string what)
    {
        var key = await Admin.CreateApiKey(new("robot", Role.Member), Token);
        var client = what == "key" ? Api.Client(key.Secret) : Member;
        var began = new TaskCompletionSource();
        var listening = Task.Run(async () =>
        {
            await foreach (var _ in client.Events([Topic.Jobs], null, Token))
                began.TrySetResult();
        }, Token);
        await began.Task.WaitAsync(Token);

        await (what switch
        {
            "session" => Member.SignOut(Token),
            "key" => Admin.DeleteApiKey(key.Key.Id, Token),
            _ => Admin.ChangeRole(Team.Users[Role.Member], new(Role.Viewer), Token),
        });
        var revoked = Stopwatch.GetTimestamp();
        await listening;

        Assert.InRange(Stopwatch.GetElapsedTime(revoked).TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task A_hundred_streams_ask_the_database_no_more_than_one()
    {
        var listening = new List<Task>();
        var told = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Topic[] topics = [.. OfRun, Topic.Jobs, Topic.Notifications, Topic.Deployments];
        async Task<double> PerSecond(int streams)
        {
            while (listening.Count < streams)
                listening.Add(Task.Run(async () =>
                {
                    await foreach (var (_, item) in Member.Events(topics, null, enough.Token))
                        if (item is DeploymentsEvent)
                            Interlocked.Increment(ref told);
                }, Token));
            await Wait.For(() => Task.FromResult(Volatile.Read(ref told)), now => now >= streams);
            await Task.Delay(3000, Token);
            var (before, began) = (await Transactions(), Stopwatch.GetTimestamp());
            await Task.Delay(6000, Token);
            return (await Transactions() - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        var (one, hundred) = (await PerSecond(1), await PerSecond(100));
        await enough.CancelAsync();
        await Task.WhenAll(listening).ContinueWith(_ => { }, TaskScheduler.Default);

        TestContext.Current.TestOutputHelper?.WriteLine($"{one:0.0} transactions a second with one stream, {hundred:0.0} with a hundred");
        // Each look of each stream by itself would be a thousand a second.
        Assert.InRange(hundred, 0, one + 15);
    }

    // PostgreSQL's own count, to which its processes add a little later.
    private async Task<long> Transactions()
    {
        await using var command = Api.Catalog.GetRequiredService<NpgsqlDataSource>().CreateCommand("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private static (int, string) Code(Contracts.Problem problem) => (problem.Status, problem.Code);
}
