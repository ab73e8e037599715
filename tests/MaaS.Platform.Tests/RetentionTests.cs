// What is forgotten, and what stays.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Notifications;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MaaS.Platform.Tests;

public sealed class RetentionTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    [Theory]
    [InlineData("30", "10", 0, 0)]
    [InlineData("30", "0", 0, 1)]
    [InlineData("0", "10", 1, 0)]
    [InlineData("50", "50", 1, 1)]
    public async Task Logs_and_metrics_go_when_their_days_are_over(string logDays, string metricDays, int linesLeft, int chunksLeft)
    {
        var old = await RunOnce();
        await Execute("update jobs set finished_at = now() - interval '40 days'");
        var young = await RunOnce();

        await Retention(("Retention:LogDays", logDays), ("Retention:MetricDays", metricDays)).Forget(Token);

        Assert.Equal((linesLeft, chunksLeft), await Left(old));
        Assert.Equal((1, 1), await Left(young));
        await using var context = Context();
        var run = await context.Runs.SingleAsync(row => row.JobId == old.Id, Token);
        Assert.Equal(0.5, run.Metrics["loss"]);
    }

    [Fact]
    public async Task A_deployments_minutes_go_after_thirty_days()
    {
        var (deployment, version) = await AddDeployment();
        var now = DateTimeOffset.UtcNow;
        DateTimeOffset[] times = [now.AddDays(-31), now.AddDays(-29)];
        await Get<TrafficStore>().Add(
            times.Select(at => new TrafficMinute { DeploymentId = deployment, VersionId = version, Minute = at, Requests = 1, Failures = 0, Rows = 1, Buckets = [1] }),
            times.Select(at => new DriftHour { DeploymentId = deployment, VersionId = version, Hour = at, Column = 0, Counts = [1] }), Token);

        await Retention().Forget(Token);

        await using var context = Context();
        Assert.Equal(times[1], (await context.TrafficMinutes.SingleAsync(Token)).Minute, TimeSpan.FromMilliseconds(1));
        Assert.Equal(times[1], (await context.DriftHours.SingleAsync(Token)).Hour, TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("9", 2)]
    [InlineData("0", 3)]
    public async Task Samples_of_requests_go_after_a_week_unless_a_setting_says_otherwise(string? days, int left)
    {
        var (deployment, version) = await AddDeployment();
        var sampling = new SamplingRow { DeploymentId = deployment, Requests = 10, KeepsAll = false, Keeps = [], Redacts = [], StartedBy = "a test", EndsAt = DateTimeOffset.UtcNow };
        await using var context = Context();
        context.Samplings.Add(sampling);
        await context.SaveChangesAsync(Token);
        await Get<SampleStore>().Add(sampling.Id, [.. new[] { 6, 8, 40 }.Select(age => new SampleRow
        {
            SamplingId = sampling.Id,
            At = DateTimeOffset.UtcNow.AddDays(-age),
            VersionId = version,
            Protocol = SampledProtocol.Predict,
            Rows = 1,
            Asked = "[]",
            Answered = "[]",
        })], Token);

        await Retention(days is null ? [] : [("Retention:SampleDays", days)]).Forget(Token);

        Assert.Equal(left, await context.RequestSamples.CountAsync(Token));
        Assert.Equal(3, (await context.Samplings.AsNoTracking().SingleAsync(Token)).Taken);
    }

    [Fact]
    public async Task Kept_answers_go_when_their_own_days_are_over()
    {
        var (deployment, version) = await AddDeployment();
        var now = DateTimeOffset.UtcNow;
        await Get<AnswerStore>().Add([.. new[] { (Id: "old", Days: -1), (Id: "young", Days: 1) }.Select(answer => new KeptAnswer
        {
            DeploymentId = deployment,
            RequestId = answer.Id,
            VersionId = version,
            At = now.AddDays(-2),
            ExpiresAt = now.AddDays(answer.Days),
            Labels = ["yes", null],
        })], Token);

        await Retention().Forget(Token);

        await using var context = Context();
        var kept = await context.KeptAnswers.SingleAsync(Token);
        Assert.Equal("young", kept.RequestId);
        Assert.Equal<IEnumerable<string?>>(["yes", null], kept.Labels!);
    }

    [Fact]
    public async Task What_several_processes_count_adds_up_and_what_belongs_to_nothing_is_let_go()
    {
        var (deployment, version) = await AddDeployment();
        var at = new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
        foreach (var of in new[] { deployment, deployment, Guid.NewGuid() })
            await Get<TrafficStore>().Add(
                [new() { DeploymentId = of, VersionId = version, Minute = at, Requests = 3, Failures = 1, Rows = 30, Buckets = [0, 2, 1] }],
                [new() { DeploymentId = of, VersionId = version, Hour = at, Column = DriftHour.Answers, Counts = [4, 0, 5] }], Token);

        await using var context = Context();
        var minute = await context.TrafficMinutes.SingleAsync(Token);
        Assert.Equal((6L, 2L, 60L), (minute.Requests, minute.Failures, minute.Rows));
        Assert.Equal<IEnumerable<long>>([0, 4, 2], minute.Buckets);
        Assert.Equal<IEnumerable<long>>([8, 0, 10], (await context.DriftHours.SingleAsync(Token)).Counts);
    }

    private async Task<(Guid Deployment, Guid Version)> AddDeployment()
    {
        await using var context = Context();
        var version = new ModelVersion { TeamId = Team.Id, Number = 1, Manifest = Result.Manifest!, Bytes = 1, CreatedBy = "a test", Model = new Model { TeamId = Team.Id, Name = "m" } };
        var deployment = new Deployment { TeamId = Team.Id, Name = "d" };
        context.AddRange(version, deployment);
        await context.SaveChangesAsync(Token);
        return (deployment.Id, version.Id);
    }

    [Theory]
    [InlineData("30", 1)]
    [InlineData("0", 2)]
    public async Task A_deleted_run_goes_for_good_when_it_can_no_longer_be_restored(string days, int left)
    {
        var old = await RunOnce();
        var young = await RunOnce();
        await Execute($"update runs set deleted_at = now() - interval '31 days' where job_id = '{old.Id}'");
        await Execute($"update runs set deleted_at = now() - interval '29 days' where job_id = '{young.Id}'");

        await Retention(("Retention:DeletedRunDays", days)).Forget(Token);

        await using var context = Context();
        Assert.Equal(0, await context.Runs.CountAsync(Token));
        Assert.Equal(left, await context.Runs.IgnoreQueryFilters().CountAsync(Token));
        Assert.Equal(2 * left, await context.RunMetrics.CountAsync(Token)); // a loss and a test figure each
        Assert.Equal((1, 1), await Left(young));
    }

    [Fact]
    public async Task What_happened_goes_after_ninety_days_with_what_was_said_of_it()
    {
        await using var context = Context();
        var user = context.Users.Add(new() { Email = "ada@example.com", PasswordHash = "none" }).Entity;
        var webhook = context.Webhooks.Add(new() { TeamId = Team.Id, Name = "chat", Url = "https://chat.example.com/", Secret = [1], Events = [], CreatedBy = "a test" }).Entity;
        foreach (var days in new[] { 91, 89 })
        {
            var at = DateTimeOffset.UtcNow.AddDays(-days);
            var happened = context.Events.Add(new() { TeamId = Team.Id, Kind = EventKind.RunFailed, Source = $"job/{days}", Name = "run", Link = "/runs/1", At = at }).Entity;
            context.Notifications.Add(new() { EventId = happened.Id, UserId = user.Id, InPage = true });
            context.WebhookDeliveries.Add(new() { WebhookId = webhook.Id, EventId = happened.Id, CreatedAt = at });
            context.WebhookDeliveries.Add(new() { WebhookId = webhook.Id, CreatedAt = at });
            context.PasswordResets.Add(new() { TokenHash = [(byte)days], UserId = user.Id, ExpiresAt = DateTimeOffset.UtcNow.AddDays(90 - days).AddDays(-1) });
        }
        await context.SaveChangesAsync(Token);

        await Retention().Forget(Token);

        Assert.Equal(["job/89"], await context.Events.Select(row => row.Source).ToListAsync(Token));
        Assert.Equal((1, 2), (await context.Notifications.CountAsync(Token), await context.WebhookDeliveries.CountAsync(Token)));
        Assert.Equal(1, await context.PasswordResets.CountAsync(Token));
    }

    [Fact]
    public async Task A_worker_that_has_been_silent_for_a_day_goes()
    {
        await using var context = Context();
        context.Workers.Add(new() { Name = "silent", Devices = [], HeartbeatAt = DateTimeOffset.UtcNow.AddHours(-25) });
        context.Workers.Add(new() { Name = "alive", Devices = [] });
        await context.SaveChangesAsync(Token);

        await Retention().Forget(Token);

        Assert.Equal(["alive"], await context.Workers.Select(row => row.Name).ToListAsync(Token));
    }

    private async Task<Job> RunOnce()
    {
        var job = await EnqueueTraining();
        var lease = await Claim();
        await Log.Append(lease, [(DateTimeOffset.UtcNow, "a line")], Token);
        await Metrics.Append(lease, new MetricChunker(lease, job.RunId!.Value).Pack([new("loss", 1, 0.5, DateTimeOffset.UtcNow)]), Token);
        await Queue.Succeed(lease, Result, Token);
        return job;
    }

    private async Task<(int Lines, int Chunks)> Left(Job job)
    {
        await using var context = Context();
        return (await context.JobLog.CountAsync(row => row.JobId == job.Id, Token), await context.MetricChunks.CountAsync(row => row.RunId == job.RunId, Token));
    }

    private async Task Execute(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    private Retention Retention(params (string Key, string Value)[] settings) => new(
        Database, Get<CatalogMigrations>(), Get<ArtifactSweep>(),
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(one => one.Key, string? (one) => one.Value)).Build(),
        NullLogger<Retention>.Instance);
}
