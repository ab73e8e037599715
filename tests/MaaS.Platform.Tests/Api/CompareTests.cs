// Runs beside one another, each alone in detail: what a comparison and a run's page ask the API for.
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class CompareTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task Runs_come_in_the_order_asked_for_each_once_with_what_a_comparison_shows()
    {
        var seed = await Seed.Make(Team);
        await Append(seed, new MetricPoint("val_loss", 3, 0.25, DateTimeOffset.UtcNow));
        await using (var context = Api.Context())
            await context.Runs.Where(run => run.Id == seed.Run).ExecuteUpdateAsync(run => run
                .SetProperty(row => row.Params, new Dictionary<string, string> { ["epochs"] = "40" })
                .SetProperty(row => row.Metrics, new Dictionary<string, double> { ["test_accuracy"] = 0.9 }), Token);

        var runs = await Team.Client(Role.Viewer).Compare(new([seed.Running, seed.Run, seed.Running]), Token);

        Assert.Equal([$"{seed.Mark} running", $"{seed.Mark} run"], runs.Select(run => run.Name));
        Assert.Equal((JobState.Running, 0.25), (runs[0].State, runs[0].Metrics["val_loss"]));
        Assert.Equal((JobState.Succeeded, "40", 0.9), (runs[1].State, runs[1].Params["epochs"], runs[1].Metrics["test_accuracy"]));
        Assert.Equal(["no", "yes"], runs[1].Labels!);
        Assert.Equal(seed.Mark, runs[1].Compression!.Machine);
    }

    [Fact]
    public async Task Series_of_several_runs_come_in_one_answer_with_the_chosen_keys_only()
    {
        var (first, second) = (await Seed.Make(Team), await Seed.Make(Team));
        await Append(first, Points("val_loss", 5000));
        await Append(second, [.. Points("val_loss", 3), .. Points("train_loss", 3)]);

        var answer = await Team.Client(Role.Viewer).Metrics(new QueryMetrics([second.Running, first.Running, first.Run], ["val_loss"], 100), Token);

        Assert.Equal([second.Running, first.Running, first.Run], answer.Select(run => run.RunId));
        Assert.Equal([0.0, 1, 2], Assert.Single(answer[0].Series).Points.Select(point => point.Value));
        Assert.Equal(("val_loss", 5000L), (answer[1].Series[0].Key, answer[1].Series[0].Count));
        Assert.InRange(answer[1].Series[0].Points.Count, 50, 150);
        Assert.Empty(answer[2].Series);
    }

    [Fact]
    public async Task One_foreign_run_among_them_is_as_one_that_does_not_exist()
    {
        var (ours, theirs) = (await Seed.Make(Team), await Seed.Make(await TestTeam.Create(Api, $"other {Guid.NewGuid()}")));

        foreach (var problem in new[]
        {
            await Refused(() => Member.Compare(new([ours.Run, theirs.Run]), Token)),
            await Refused(() => Member.Metrics(new QueryMetrics([ours.Run, theirs.Run], ["loss"]), Token)),
        })
        {
            Assert.Equal((404, "run_not_found"), (problem.Status, problem.Code));
            Assert.Contains($"{theirs.Run}", problem.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Keys_come_in_pages_with_their_last_values_and_are_found_by_a_part_in_any_case()
    {
        var seed = await Seed.Make(Team);
        await Append(seed, [.. Points("val_loss", 3), .. Points("layer_1/Norm", 2), .. Points("layer_2/Norm", 1), .. Points("under_score", 1)]);
        await Append(seed, 2, new MetricPoint("val_loss", 9, 0.125, DateTimeOffset.UtcNow));

        var first = await Member.MetricKeys(seed.Running, limit: 2, token: Token);
        var rest = await Member.MetricKeys(seed.Running, limit: 5, after: first.Next, token: Token);

        Assert.Equal([new MetricKey("layer_1/Norm", 2, 1, 1), new MetricKey("layer_2/Norm", 1, 0, 0)], first.Items);
        Assert.Equal([new MetricKey("under_score", 1, 0, 0), new MetricKey("val_loss", 4, 9, 0.125)], rest.Items);
        Assert.Null(rest.Next);
        Assert.Equal(["layer_1/Norm", "layer_2/Norm"], (await Member.MetricKeys(seed.Running, "norm", token: Token)).Items.Select(key => key.Key));
        // An underscore stands for itself, not for any letter.
        Assert.Equal(["under_score"], (await Member.MetricKeys(seed.Running, "r_s", token: Token)).Items.Select(key => key.Key));
        Assert.Empty((await Member.MetricKeys(seed.Running, "%", token: Token)).Items);
    }

    [Fact]
    public async Task A_log_is_searched_and_its_end_comes_alone()
    {
        var seed = await Seed.Make(Team);
        await Api.Catalog.GetRequiredService<JobLog>().Append(
            new(seed.RunningJob, 1), [.. Enumerable.Range(1, 9).Select(i => (DateTimeOffset.UtcNow, $"Epoch {i} 100%"))], Token);

        var found = await Member.Log(seed.Running, search: "epoch 7", token: Token);
        var tail = await Member.Log(seed.Running, 3, tail: true, token: Token);

        Assert.Equal(["Epoch 7 100%"], found.Items.Select(line => line.Text));
        Assert.Equal(["Epoch 7 100%", "Epoch 8 100%", "Epoch 9 100%"], tail.Items.Select(line => line.Text));
        Assert.Null(tail.Next);
        Assert.Equal(9, (await Member.Log(seed.Running, search: "0%", token: Token)).Items.Count);
        Assert.Empty((await Member.Log(seed.Running, search: "_poch", token: Token)).Items);
    }

    [Fact]
    public async Task Lineage_goes_from_the_data_to_where_the_version_serves_and_once_served()
    {
        var (seed, next) = (await Seed.Make(Team), await Seed.Make(Team));

        var before = await Team.Client(Role.Viewer).Lineage(seed.Run, Token);
        await Member.Revise(seed.Deployment, new([new TrafficShare(seed.Model, 1, 30), new TrafficShare(next.Model, 1, 70)]), Token);
        var shared = await Member.Lineage(seed.Run, Token);
        await Member.Revise(seed.Deployment, new([new TrafficShare(next.Model, 1)]), Token);

        Assert.Equal(new LineageDataset(seed.Dataset, $"{seed.Mark} data", 1), before.Dataset);
        Assert.Null(before.From);
        Assert.Equal((seed.Model, 1, "champion"), (before.Versions.Single().Model, before.Versions[0].Number, before.Versions[0].Aliases.Single()));
        Assert.Equal([new LineageDeployment(seed.Deployment, DeploymentState.Serving, seed.Model, 1, 100)], before.Deployments);
        Assert.Equal(30, shared.Deployments.Single().Percent);
        Assert.Null((await Member.Lineage(seed.Run, Token)).Deployments.Single().Percent);
        Assert.Equal([100, 100], (await Member.Lineage(next.Run, Token)).Deployments.Select(deployment => deployment.Percent ?? 0));
    }

    [Fact]
    public async Task Following_some_series_brings_no_other()
    {
        var seed = await Seed.Make(Team);
        await Append(seed, [.. Points("val_loss", 2), .. Points("train_loss", 2), .. Points("other", 2)]);
        await Api.Catalog.GetRequiredService<JobQueue>().Fail(new(seed.RunningJob, 1), "user_error", "Enough.", retry: false, Token);

        var keys = new List<string>();
        await foreach (var (_, item) in Member.FollowJob(seed.RunningJob, null, Token, ["val_loss", "other"]))
            keys.AddRange(item is JobMetricsEvent metrics ? metrics.Points.Select(point => point.Key) : []);

        Assert.Equal(["other", "other", "val_loss", "val_loss"], keys.Order());
    }

    [Fact]
    public async Task A_canceled_training_with_a_checkpoint_goes_on_and_one_without_says_why_not()
    {
        var seed = await Seed.Make(Team);
        var queue = Api.Catalog.GetRequiredService<JobQueue>();
        var (sha256, _) = await Api.Catalog.GetRequiredService<ArtifactStore>().Write(new MemoryStream(seed.Run.ToByteArray()), 100, Token);
        var lease = new JobLease(seed.RunningJob, 1);
        Assert.True(await queue.SaveCheckpoint(lease, sha256, 7, 3, Token));
        await Member.CancelJob(seed.RunningJob, Token);
        Assert.True(await queue.Cancel(lease, Token));

        Assert.True((await Member.Job(seed.RunningJob, Token)).Resumable);
        Assert.Equal(403, (await Refused(() => Team.Client(Role.Viewer).ResumeJob(seed.RunningJob, Token))).Status);
        var resumed = await Member.ResumeJob(seed.RunningJob, Token);
        var again = await Member.ResumeJob(seed.RunningJob, Token);

        Assert.Equal((JobState.Queued, false, null, false), (resumed.State, resumed.CancelRequested, resumed.FinishedAt, resumed.Resumable));
        Assert.Equal(JobState.Queued, again.State);
        Assert.Single((await Admin.Audit(token: Token)).Items, item => item is { Action: "resumed", Noun: "job" });
        // So that nobody else's worker finds a job there to do.
        await Member.CancelJob(seed.RunningJob, Token);
        await Member.DeleteRun(seed.Running, Token);
        var deleted = await Refused(() => Member.ResumeJob(seed.RunningJob, Token));
        Assert.Equal((409, "job_not_resumable", "The job's run was deleted; restore the run first."), (deleted.Status, deleted.Code, deleted.Detail));

        var done = await Refused(() => Member.ResumeJob(seed.Job, Token));
        Assert.Equal((409, "job_not_resumable"), (done.Status, done.Code));
        Assert.Contains("has succeeded", done.Detail, StringComparison.Ordinal);
    }

    private Task Append(Seed seed, params MetricPoint[] points) => Append(seed, 1, points);

    // As many chunkers as batches would give their chunks the same numbers.
    private async Task Append(Seed seed, int batch, params MetricPoint[] points)
    {
        var lease = new JobLease(seed.RunningJob, 1);
        var chunker = new MetricChunker(lease, seed.Running);
        for (var before = 1; before < batch; before++) chunker.Pack([.. Enumerable.Range(0, 10).Select(i => new MetricPoint($"{i}", 0, 0, DateTimeOffset.UtcNow))]);
        Assert.True(await Api.Catalog.GetRequiredService<MetricStore>().Append(lease, chunker.Pack(points), Token));
    }

    private static MetricPoint[] Points(string key, int count) => [.. Enumerable.Range(0, count).Select(i => new MetricPoint(key, i, i, DateTimeOffset.UtcNow))];
}
