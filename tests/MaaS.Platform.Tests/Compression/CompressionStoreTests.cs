// What a compress job leaves, whatever ends it: every variant so far is a version and stands in the report, once each.
using MaaS.Catalog.Compression;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Compression;

public sealed class CompressionStoreTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    private static readonly PackageFile[] s_files = [new("model.onnx", 5, new('b', 64)), new("model.json", 2, new('c', 64))];

    private CompressionStore Store => Get<CompressionStore>();

    [Fact]
    public async Task A_variant_is_a_version_of_the_run_and_stands_in_the_report_before_the_job_has_ended()
    {
        var job = await Enqueue();
        var lease = await Claim();

        await Add(lease, Reports.Variant(1, 0.89, 1000));
        var report = await Add(lease, Reports.Variant(2, 0.91, 2000, "It is better than its source."));

        Assert.Equal([(1, "small", 1), (2, "small", 2)], report!.Variants.Select(variant => (variant.Number, variant.Version!.Model, variant.Version.Number)));
        await using var context = Context();
        Assert.Equivalent(report, (await context.Runs.AsNoTracking().SingleAsync(Token)).Compression, strict: true);
        var versions = await context.ModelVersions.Include(row => row.Files).OrderBy(row => row.Number).ToListAsync(Token);
        Assert.Equal(report.Variants.Select(variant => variant.Version!.Id), versions.Select(version => version.Id));
        Assert.All(versions, version => Assert.Equal(
            (job.RunId, 7L, "churn/1", "a test", "model.json model.onnx"),
            (version.RunId, version.Bytes, version.Manifest.Lineage.Parent, version.CreatedBy, string.Join(' ', version.Files.Select(file => file.Path).Order(StringComparer.Ordinal)))));
        Assert.Equal(JobState.Running, (await Read(job)).State);
    }

    [Fact]
    public async Task A_variant_stored_again_after_a_lost_answer_is_one_version()
    {
        await Enqueue();
        var lease = await Claim();

        var reports = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Add(lease, Reports.Variant(1, 0.89, 1000))));

        Assert.All(reports, report => Assert.Equal(1, Assert.Single(report!.Variants).Version!.Number));
        await using var context = Context();
        Assert.Equal(1, await context.ModelVersions.CountAsync(Token));
    }

    [Fact]
    public async Task A_stale_attempt_adds_nothing_and_the_next_goes_on_from_what_was_found()
    {
        await Enqueue();
        var stale = await Claim();
        await Add(stale, Reports.Variant(1, 0.89, 1000));
        await ExpireLeases();
        var current = await Claim();

        Assert.Null(await Add(stale, Reports.Variant(2, 0.5, 500)));
        Assert.False(await Store.Succeed(stale, Reports.Of(quality: 0.1), new Dictionary<string, string>(), Token));

        var report = await Add(current, Reports.Variant(2, 0.88, 900));
        Assert.Equal([(1, 1), (2, 2)], report!.Variants.Select(variant => (variant.Number, variant.Version!.Number)));
        Assert.Equal(0.9, report.Source.Figures.Quality);
    }

    [Fact]
    public async Task Success_keeps_the_verdict_and_the_figures_of_the_best()
    {
        var job = await Enqueue();
        var lease = await Claim();
        await Add(lease, Reports.Variant(1, 0.89, 1000));
        var last = Reports.Of() with { Best = 1, Verdict = "Take it.", Sensitivity = [new("fc1.weight", 100, [new(0.5, 0.8)])] };

        Assert.True(await Store.Succeed(lease, last, new Dictionary<string, string> { ["device"] = "cpu" }, Token));

        await using var context = Context();
        var run = await context.Runs.SingleAsync(Token);
        Assert.Equal((JobState.Succeeded, "Take it.", 1), ((await Read(job)).State, run.Compression!.Verdict, run.Compression.Variants.Count));
        Assert.Equal("fc1.weight", Assert.Single(run.Compression.Sensitivity!).Layer);
        Assert.Equal(new Dictionary<string, double> { ["variants"] = 1, ["test_accuracy"] = 0.89, ["bytes"] = 1000, ["times_smaller"] = 4, ["p50_ms"] = 0.5 }, run.Metrics);
    }

    [Fact]
    public async Task Stopping_keeps_what_was_found()
    {
        var job = await Enqueue();
        var lease = await Claim();
        await Add(lease, Reports.Variant(1, 0.89, 1000));

        await Queue.RequestCancel(job.Id, Token);
        // It may come while the worker is about to end the process, and is worth having.
        await Add(lease, Reports.Variant(2, 0.88, 900));
        Assert.True(await Queue.Cancel(lease, Token));

        Assert.Null(await Add(lease, Reports.Variant(3, 0.8, 800)));
        await using var context = Context();
        Assert.Equal([1, 2], (await context.Runs.SingleAsync(Token)).Compression!.Variants.Select(variant => variant.Number));
        Assert.Equal(2, await context.ModelVersions.CountAsync(Token));
    }

    [Fact]
    public async Task Versions_outlive_the_run_that_made_them()
    {
        await Enqueue();
        var lease = await Claim();
        await Add(lease, Reports.Variant(1, 0.89, 1000));
        await using var context = Context();

        await context.Runs.ExecuteDeleteAsync(Token);

        Assert.Null((await context.ModelVersions.SingleAsync(Token)).RunId);
        Assert.Null(await Add(lease, Reports.Variant(2, 0.88, 900)));
        Assert.True(await Store.Succeed(lease, Reports.Of(), new Dictionary<string, string>(), Token));
    }

    private Task<CompressionReport?> Add(JobLease lease, Variant variant) => Store.Add(
        lease, Reports.Of(), variant, "small", Result.Manifest! with { Lineage = new(null, null, null, "churn/1") }, s_files, Token);

    private async Task<Job> Enqueue()
    {
        await using var context = Context();
        var experiment = context.Experiments.Add(new() { TeamId = Team.Id, Name = $"experiment {Guid.NewGuid()}" }).Entity;
        var runId = Guid.CreateVersion7();
        var spec = new CompressJob(Guid.CreateVersion7(), new PresetPlan(CompressionPreset.Smaller));
        var job = new Job { TeamId = Team.Id, Kind = JobKind.Compress, Spec = spec, RunId = runId, CreatedBy = "a test" };
        context.Runs.Add(new() { Id = runId, TeamId = Team.Id, ExperimentId = experiment.Id, JobId = job.Id, Name = "compress-1" });
        await JobQueue.Enqueue(context, job, Token);
        return job;
    }
}
