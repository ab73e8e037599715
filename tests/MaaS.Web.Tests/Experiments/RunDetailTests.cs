// What stands around a run's curves: its log and the search in it, its files to look at, its lineage, and going on.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using MaaS.Web.Experiments;

namespace MaaS.Web.Tests.Experiments;

public sealed class RunDetailTests
{
    private static readonly string s_run = $"GET /api/runs/{Examples.RunId}";

    [Fact]
    public async Task A_search_shows_the_lines_that_hold_the_words_and_marks_them()
    {
        await using var portal = Scripted(Examples.Job(JobState.Succeeded));
        portal.Api.Answers($"{s_run}/log", new Page<LogLine>([new(1, DateTimeOffset.UnixEpoch, "reading"), new(2, DateTimeOffset.UnixEpoch, "epoch 1: loss 0.7")]));
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        Assert.Equal(["reading", "epoch 1: loss 0.7"], Lines(page));
        portal.Api.Answers($"{s_run}/log", new Page<LogLine>([new(2, DateTimeOffset.UnixEpoch, "Epoch 1: loss <b>0.7</b> EPOCH")]));

        await page.Find("[data-testid=find-log]").InputAsync("epoch");

        await page.WaitForAssertionAsync(() => Assert.Equal("1 line", page.Find("[data-testid=found-log]").TextContent));
        Assert.Equal(["Epoch 1: loss <b>0.7</b> EPOCH"], Lines(page));
        Assert.Equal(["Epoch", "EPOCH"], page.FindAll(".log mark").Select(mark => mark.TextContent));
        await page.Find("[data-testid=find-log]").InputAsync("");
        await page.WaitForAssertionAsync(() => Assert.Equal(["reading", "epoch 1: loss 0.7"], Lines(page)));
    }

    [Fact]
    public async Task A_search_that_the_api_refuses_says_why()
    {
        await using var portal = Scripted(Examples.Job(JobState.Succeeded));
        portal.Api.Answers($"{s_run}/log", new Page<LogLine>([new(1, DateTimeOffset.UnixEpoch, "reading")]));
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        portal.Api.Refuses($"{s_run}/log", new(503, "database_unavailable", "Unavailable", "The database does not answer at the moment; try again shortly."));

        await page.Find("[data-testid=find-log]").InputAsync("epoch");

        await page.WaitForAssertionAsync(() => Assert.Contains("does not answer at the moment", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_is_looked_at_as_text_whatever_it_says_it_is()
    {
        await using var portal = Scripted(Examples.Job(JobState.Succeeded));
        portal.Api.Answers($"{s_run}/artifacts", new[] { new ArtifactView("notes.html", 30, new string('a', 64)) })
            .On($"{s_run}/artifacts/notes.html", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent("<script>alert(1)</script> hello"u8.ToArray()) }));
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        await page.Find("[data-testid=files] button").ClickAsync();

        await page.WaitForElementAsync("[data-testid=preview] pre");
        Assert.StartsWith("<script>alert(1)</script>", page.Find("[data-testid=preview] pre").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=preview] script"));
        await page.Find("[data-testid=files] button").ClickAsync();
        Assert.Empty(page.FindAll("[data-testid=preview]"));
    }

    [Fact]
    public async Task Lineage_is_a_list_of_links_from_the_data_to_where_it_serves()
    {
        await using var portal = Scripted(Examples.Job(JobState.Succeeded));
        portal.Api.Answers($"{s_run}/lineage", new RunLineage(
            new(Examples.DatasetId, "Customers 2026", 3), null, [new("customers", 2, ["champion"])],
            [new("customers", DeploymentState.Serving, "customers", 2, 30), new("old", DeploymentState.Serving, "customers", 2, null)]));

        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        Assert.Equal(
            [$"/datasets/{Examples.DatasetId}/3", "/models/customers/2", "/deployments/customers", "/deployments/old"],
            page.FindAll("[data-testid=lineage] a").Select(link => link.GetAttribute("href")));
        Assert.Equal(
            ["version 3", "succeeded", "version 2 · champion", "version 2, 30 % of the requests", "served version 2 earlier"],
            page.FindAll("[data-testid=lineage] small").Select(words => words.TextContent));
    }

    [Theory]
    [InlineData(Role.Member, true)]
    [InlineData(Role.Viewer, false)]
    public async Task A_training_that_left_a_checkpoint_can_go_on_by_those_who_may(Role role, bool may)
    {
        await using var portal = Scripted(Examples.Job(JobState.Canceled) with { Resumable = true }, role);
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));
        Assert.Equal(may, page.FindAll("[data-testid=resume]").Count == 1);
        if (!may) return;
        var queued = Examples.Job(JobState.Queued);
        portal.Api.Answers($"POST /api/jobs/{Examples.JobId}/resume", queued).Answers(s_run, Examples.Run(queued))
            .Streams(ScriptedApi.EventStream, new System.IO.Pipelines.Pipe().Reader.AsStream());

        await page.Find("[data-testid=resume]").ClickAsync();

        await page.WaitForAssertionAsync(() => Assert.Equal("queued", page.Find("[data-testid=run-state]").TextContent));
        Assert.Equal("Waiting for a worker", page.Find("[data-testid=phase]").TextContent);
    }

    [Fact]
    public async Task A_refusal_to_go_on_is_said_beside_the_button()
    {
        await using var portal = Scripted(Examples.Job(JobState.Failed, error: "It crashed.") with { Resumable = true });
        portal.Api.Refuses($"POST /api/jobs/{Examples.JobId}/resume", new(409, "job_not_resumable", "Conflict", "The training's checkpoint is gone. Submit it again."));
        var page = portal.Page<RunPage>(builder => builder.Add(p => p.Id, Examples.RunId));

        await page.Find("[data-testid=resume]").ClickAsync();

        Assert.Contains("checkpoint is gone", page.Find(".action [role=alert]").TextContent, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(IRenderedComponent<RunPage> page) => page.FindAll(".log-text").Select(line => line.TextContent);

    private static Portal Scripted(JobView job, Role role = Role.Member)
    {
        var portal = new Portal(role);
        portal.Api.Answers(s_run, Examples.Run(job)).Answers($"{s_run}/log", new Page<LogLine>([])).Answers($"{s_run}/artifacts", Array.Empty<ArtifactView>())
            .Answers($"{s_run}/lineage", new RunLineage(null, null, [], [])).Answers($"GET /api/dataset-versions/{Examples.VersionId}", Examples.Version);
        return portal;
    }
}
