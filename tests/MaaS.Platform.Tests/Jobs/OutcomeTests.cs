// What success writes besides the state: the run's outcome and the model's next version, all of it or none.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Jobs;

public sealed class OutcomeTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    [Fact]
    public async Task Success_fills_the_run_and_registers_the_next_version()
    {
        var job = await EnqueueTraining(registerAs: "churn");
        var lease = await Claim();
        await Metrics.Append(lease, new MetricChunker(lease, job.RunId!.Value).Pack([new("loss", 1, 0.5, DateTimeOffset.UtcNow)]), Token);

        Assert.True(await Queue.Succeed(lease, Result, Token));

        await using var context = Context();
        var run = await context.Runs.Include(row => row.Artifacts).SingleAsync(Token);
        Assert.Equal(new Dictionary<string, double> { ["test_accuracy"] = 0.9, ["loss"] = 0.5 }, run.Metrics);
        Assert.Equal(new Dictionary<string, string> { ["device"] = "cpu" }, run.Environment);
        Assert.Equivalent(Result.Manifest, run.Manifest);
        Assert.Equal(["model/model.json", "model/model.onnx", "report.txt"], run.Artifacts.Select(file => file.Path).Order(StringComparer.Ordinal));
        var version = await context.ModelVersions.Include(row => row.Model).Include(row => row.Files).SingleAsync(Token);
        Assert.Equal(("churn", 1, 7L, run.Id), (version.Model.Name, version.Number, version.Bytes, version.RunId));
        Assert.Equal(["model.json", "model.onnx"], version.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stale_worker_changes_nothing_and_no_version_is_born()
    {
        var job = await EnqueueTraining(registerAs: "churn");
        var stale = await Claim();
        await ExpireLeases();
        var current = await Claim();
        var before = await Read(job);

        Assert.Equal(Beat.Lost, await Queue.Heartbeat(stale, 0.9, "late", Token));
        Assert.Equal(Beat.Lost, await Queue.Look(stale, Token));
        Assert.False(await Queue.SaveCheckpoint(stale, new('e', 64), 7, 7, Token));
        Assert.False(await Metrics.Append(stale, new MetricChunker(stale, job.RunId!.Value).Pack([new("loss", 1, 1, DateTimeOffset.UtcNow)]), Token));
        Assert.False(await Log.Append(stale, [(DateTimeOffset.UtcNow, "late")], Token));
        Assert.False(await Queue.Succeed(stale, Result, Token));
        Assert.False(await Queue.Succeed(stale, Profile, Token));
        Assert.Null(await Queue.Fail(stale, "bug", "Late.", retry: true, Token));
        Assert.False(await Queue.Cancel(stale, Token));
        Assert.False(await Queue.Release(stale, Token));

        Assert.Equivalent(before, await Read(job), strict: true);
        await using var context = Context();
        Assert.Equal((0, 0, 0, 0, 0), (
            await context.ModelVersions.CountAsync(Token), await context.Models.CountAsync(Token), await context.Artifacts.CountAsync(Token),
            await context.MetricChunks.CountAsync(Token), await context.JobLog.CountAsync(Token)));
        Assert.Equal(Beat.Mine, await Queue.Heartbeat(current, 0.1, null, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_process_printed_last_is_kept_though_its_job_has_ended(bool retry)
    {
        var job = await EnqueueTraining();
        var lease = await Claim();
        await Queue.Fail(lease, "bug", "It broke.", retry, Token);

        Assert.True(await Log.Append(lease, [(DateTimeOffset.UtcNow, "why it broke")], Token));

        Assert.Equal(["why it broke"], (await Log.Read(job.Id, 0, 10, Token)).Select(line => line.Text));
    }

    [Fact]
    public async Task Succeeding_twice_registers_once()
    {
        await EnqueueTraining(registerAs: "churn");
        var lease = await Claim();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Queue.Succeed(lease, Result, Token)));

        Assert.Single(answers, answer => answer);
        await using var context = Context();
        Assert.Equal(1, await context.ModelVersions.CountAsync(Token));
    }

    [Fact]
    public async Task Versions_born_at_once_are_numbered_without_gaps_or_doubles()
    {
        const int runs = 12;
        for (var i = 0; i < runs; i++)
            await EnqueueTraining(registerAs: "churn");
        var leases = new List<JobLease>();
        for (var i = 0; i < runs; i++)
            leases.Add(await Claim());

        await Task.WhenAll(leases.Select(lease => Queue.Succeed(lease, Result, Token)));

        await using var context = Context();
        Assert.Equal(Enumerable.Range(1, runs), await context.ModelVersions.OrderBy(row => row.Number).Select(row => row.Number).ToListAsync(Token));
    }

    [Fact]
    public async Task A_run_registers_once_in_each_model_and_a_deleted_number_is_not_given_again()
    {
        await EnqueueTraining(registerAs: "churn");
        await Queue.Succeed(await Claim(), Result, Token);

        Assert.Equal(1, await Register("churn"));
        Assert.Equal(1, await Register("other"));
        await using (var context = Context())
            await context.ModelVersions.Where(row => row.Model.Name == "churn").ExecuteDeleteAsync(Token);
        Assert.Equal(2, await Register("churn"));
    }

    [Fact]
    public async Task A_run_deleted_meanwhile_does_not_break_its_job()
    {
        var job = await EnqueueTraining(registerAs: "churn");
        var lease = await Claim();
        await using (var context = Context())
            await context.Runs.ExecuteDeleteAsync(Token);

        Assert.True(await Queue.Succeed(lease, Result, Token));

        Assert.Equal(JobState.Succeeded, (await Read(job)).State);
    }

    [Fact]
    public async Task The_log_is_read_page_by_page()
    {
        var job = await EnqueueTraining();
        var lease = await Claim();
        Assert.True(await Log.Append(lease, [.. Enumerable.Range(0, 5).Select(i => (DateTimeOffset.UtcNow, $"line {i}\0"))], Token));

        var first = await Log.Read(job.Id, 0, 3, Token);
        var second = await Log.Read(job.Id, first[^1].Number, 3, Token);

        Assert.Equal(["line 0\uFFFD", "line 1\uFFFD", "line 2\uFFFD"], first.Select(line => line.Text));
        Assert.Equal(["line 3\uFFFD", "line 4\uFFFD"], second.Select(line => line.Text));
    }

    private async Task<int> Register(string model)
    {
        await using var context = Context();
        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        var run = await context.Runs.Include(row => row.Artifacts).SingleAsync(Token);
        var version = await ModelRegistration.Register(context, run, model, "a person", Token);
        await transaction.CommitAsync(Token);
        return version.Number;
    }
}
