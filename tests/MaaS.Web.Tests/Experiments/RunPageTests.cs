using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Web.Experiments;

namespace MaaS.Web.Tests.Experiments;

public sealed class RunPageTests
{
    [Fact]
    public async Task Events_appear_on_the_page_as_they_come_and_the_end_brings_the_result()
    {
        await using var portal = Scripted(Examples.Job(JobState.Queued));
        var events = new Pipe();
        portal.Api.Streams($"GET /api/jobs/{Examples.JobId}/events", events.Reader.AsStream());
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        Assert.Equal(("queued", "Waiting for a worker"), (State(page), page.Find("[data-testid=phase]").TextContent));

        await Send(events, 0, new JobStateEvent(Examples.Job(JobState.Queued, 0, "waiting for a GPU")));
        await page.WaitForAssertionAsync(() => Assert.Equal("waiting for a GPU", page.Find("[data-testid=phase]").TextContent));

        await Send(events, 1, new JobStateEvent(Examples.Job(JobState.Running, 0.3, "epoch 3 of 10")));
        await page.WaitForAssertionAsync(() => Assert.Equal(("running", "epoch 3 of 10"), (State(page), page.Find("[data-testid=phase]").TextContent)));

        await Send(events, 2, new JobMetricsEvent([new("train_loss", 1, 0.7, DateTimeOffset.UnixEpoch), new("val_loss", 1, 0.8, DateTimeOffset.UnixEpoch)]));
        await page.WaitForAssertionAsync(() => Assert.Equal("0.7 · 0.8", page.Find("[data-testid=charts] h3 .num").TextContent));

        await Send(events, 3, new JobLogEvent([new(1, DateTimeOffset.UnixEpoch, "epoch 3: loss 0.7")]));
        await page.WaitForAssertionAsync(() => Assert.Contains("epoch 3: loss 0.7", page.Find("[data-testid=log]").TextContent, StringComparison.Ordinal));

        var done = Examples.Job(JobState.Succeeded, 1);
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(done, new RunOutcome(Examples.Manifest, "customers", 2)));
        await Send(events, 4, new JobStateEvent(done));
        await page.WaitForAssertionAsync(() => Assert.Equal("customers, version 2", page.Find("[data-testid=registered]").TextContent));
        Assert.Equal(("succeeded", "+0.0939"), (State(page), page.Find("[data-testid=figures] .better").TextContent));
    }

    [Fact]
    public async Task A_broken_connection_is_taken_up_after_the_last_event_seen()
    {
        await using var portal = Scripted(Examples.Job(JobState.Running));
        var (first, second) = (new Pipe(), new Pipe());
        portal.Api.Streams($"GET /api/jobs/{Examples.JobId}/events", first.Reader.AsStream());
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        await Send(first, 7, new JobStateEvent(Examples.Job(JobState.Running, 0.5, "epoch 5 of 10")));
        await page.WaitForAssertionAsync(() => Assert.Equal("epoch 5 of 10", page.Find("[data-testid=phase]").TextContent));

        portal.Api.Streams($"GET /api/jobs/{Examples.JobId}/events", second.Reader.AsStream());
        await first.Writer.CompleteAsync();
        await Send(second, 8, new JobStateEvent(Examples.Job(JobState.Running, 0.6, "epoch 6 of 10")));

        await page.WaitForAssertionAsync(() => Assert.Equal("epoch 6 of 10", page.Find("[data-testid=phase]").TextContent), TimeSpan.FromSeconds(10));
        Assert.Equal([null, "7"], portal.Api.LastEventIds);
    }

    [Fact]
    public async Task A_failed_run_says_why_and_can_be_trained_again()
    {
        await using var portal = Scripted(Examples.Job(JobState.Failed, error: "The column leaves has one value only; there is nothing to learn."));

        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        Assert.Equal("The column leaves has one value only; there is nothing to learn.", page.Find("[role=alert] span").TextContent);
        Assert.NotNull(page.Find("[data-testid=retrain]"));
        Assert.Empty(page.FindAll("[data-testid=cancel]"));
    }

    [Fact]
    public async Task What_a_language_model_writes_meanwhile_keeps_its_lines()
    {
        await using var portal = Scripted(Examples.Job(JobState.Succeeded));
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}/log", new Page<LogLine>([new(1, DateTimeOffset.UnixEpoch, "step 200 / 400"), new(2, DateTimeOffset.UnixEpoch, "it writes: ROMEO: / O, she doth")]));

        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        Assert.Equal(["step 200 / 400", "it writes: \nROMEO:\nO, she doth"], page.FindAll(".log-text").Select(line => line.TextContent));
    }

    [Fact]
    public async Task A_run_of_another_team_is_not_there()
    {
        await using var portal = new Portal();
        portal.Api.Refuses($"GET /api/runs/{Examples.RunId}", new(404, "run_not_found", "Not found", "There is no run with this id."));

        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        Assert.Contains("Nothing here", page.Find("[data-testid=empty]").TextContent, StringComparison.Ordinal);
    }

    private static string State(IRenderedComponent<RunPage> page) => page.Find("[data-testid=run-state]").TextContent;

    private static async Task Send(Pipe stream, int id, JobEvent item)
    {
        var text = $"id: {id}\ndata: {JsonSerializer.Serialize(item, MaaSJson.Options)}\n\n";
        await stream.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), Xunit.TestContext.Current.CancellationToken);
    }

    private static Portal Scripted(JobView job)
    {
        var portal = new Portal();
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(job))
            .Answers($"GET /api/runs/{Examples.RunId}/metrics", Array.Empty<MetricSeries>())
            .Answers($"GET /api/runs/{Examples.RunId}/log", new Page<LogLine>([]))
            .Answers($"GET /api/runs/{Examples.RunId}/artifacts", Array.Empty<ArtifactView>())
            .Answers($"GET /api/runs/{Examples.RunId}/lineage", new RunLineage(null, null, [], []))
            .Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version);
        return portal;
    }
}
