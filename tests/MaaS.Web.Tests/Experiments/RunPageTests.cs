using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Events;
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
        var events = new EventScript(portal.Api);
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        Assert.Equal(("queued", "Waiting for a worker"), (State(page), page.Find("[data-testid=phase]").TextContent));

        await events.Say(new JobStateEvent(Examples.Job(JobState.Queued, 0, "waiting for a GPU")));
        await page.WaitForAssertionAsync(() => Assert.Equal("waiting for a GPU", page.Find("[data-testid=phase]").TextContent));

        await events.Say(new JobStateEvent(Examples.Job(JobState.Running, 0.3, "epoch 3 of 10")));
        await page.WaitForAssertionAsync(() => Assert.Equal(("running", "epoch 3 of 10"), (State(page), page.Find("[data-testid=phase]").TextContent)));

        await events.Say(new JobMetricsEvent(Examples.RunId, [new("train_loss", 1, 0.7, DateTimeOffset.UnixEpoch), new("val_loss", 1, 0.8, DateTimeOffset.UnixEpoch)]));
        await page.WaitForAssertionAsync(() => Assert.Equal("0.7 · 0.8", page.Find("[data-testid=charts] h3 .num").TextContent));

        await events.Say(new JobLogEvent(Examples.JobId, [new(1, DateTimeOffset.UnixEpoch, "epoch 3: loss 0.7")]));
        await page.WaitForAssertionAsync(() => Assert.Contains("epoch 3: loss 0.7", page.Find("[data-testid=log]").TextContent, StringComparison.Ordinal));

        var done = Examples.Job(JobState.Succeeded, 1);
        portal.Api.Answers($"GET /api/runs/{Examples.RunId}", Examples.Run(done, new RunOutcome(Examples.Manifest, "customers", 2)));
        await events.Say(new JobStateEvent(done));
        await page.WaitForAssertionAsync(() => Assert.Equal("customers, version 2", page.Find("[data-testid=registered]").TextContent));
        Assert.Equal(("succeeded", "+0.0939"), (State(page), page.Find("[data-testid=figures] .better").TextContent));
    }

    [Fact]
    public async Task A_stream_that_ends_is_taken_up_after_the_last_event_seen()
    {
        await using var portal = Scripted(Examples.Job(JobState.Running));
        var first = new EventScript(portal.Api);
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        var last = await first.Say(new JobStateEvent(Examples.Job(JobState.Running, 0.5, "epoch 5 of 10")));
        await page.WaitForAssertionAsync(() => Assert.Equal("epoch 5 of 10", page.Find("[data-testid=phase]").TextContent));

        var second = new EventScript(portal.Api);
        await first.End();
        await second.Say(new JobStateEvent(Examples.Job(JobState.Running, 0.6, "epoch 6 of 10")));

        await page.WaitForAssertionAsync(() => Assert.Equal("epoch 6 of 10", page.Find("[data-testid=phase]").TextContent));
        Assert.Equal([null, last], portal.Api.Opened.Select(stream => stream.LastEventId));
        Assert.Equal($"?topic=jobs&topic=notifications&topic=deployments&topic=job:{Examples.JobId}&topic=log:{Examples.JobId}&topic=metrics:{Examples.RunId}", portal.Api.Opened[1].Query);
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
