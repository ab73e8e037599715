// One connection for all parts of a tab, that goes on from where it was whatever happens to it.
using Bunit;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Web.Events;
using MaaS.Web.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Events;

public sealed class LiveTests
{
    private const string Always = "?topic=jobs&topic=notifications&topic=deployments";

    private static readonly Topic s_log = Topic.Log(Examples.JobId);

    [Fact]
    public async Task All_that_a_page_follows_is_asked_for_at_once()
    {
        await using var portal = new Portal();
        var live = portal.Services.GetRequiredService<Live>();

        using var first = live.Follow([Topic.Notifications], _ => { });
        using var second = live.Follow([Topic.Workers], _ => { });
        using var third = live.Follow([s_log, Topic.Jobs], _ => { });
        await Until(() => portal.Api.Opened.Count > 0);
        await Task.Delay(200, Xunit.TestContext.Current.CancellationToken);

        Assert.Equal([($"{Always}&topic=workers&topic={s_log}", null)], portal.Api.Opened);
    }

    [Fact]
    public async Task Each_hears_of_its_own_topics_and_whoever_comes_later_of_what_is_known()
    {
        await using var portal = new Portal();
        var (live, events) = (portal.Services.GetRequiredService<Live>(), new EventScript(portal.Api));
        var (bell, log, late) = (new List<LiveEvent>(), new List<LiveEvent>(), new List<LiveEvent>());
        using var first = live.Follow([Topic.Notifications], bell.Add);
        using var second = live.Follow([s_log], log.Add);

        await events.Say(new UnreadEvent(3, null));
        await events.Say(new JobLogEvent(Examples.JobId, [new(1, DateTimeOffset.UnixEpoch, "a line")]));
        await Until(() => log.Count == 1);
        using var third = live.Follow([Topic.Notifications], late.Add);

        Assert.Equal([new UnreadEvent(3, null)], bell);
        Assert.Equal([new UnreadEvent(3, null)], late);
        Assert.Single(portal.Api.Opened);
    }

    [Fact]
    public async Task With_other_topics_it_goes_on_and_what_is_numbered_begins_anew_for_whoever_comes_back()
    {
        await using var portal = new Portal();
        var live = portal.Services.GetRequiredService<Live>();
        portal.Api.On(ScriptedApi.EventStream, _ => Stream($"id: jobs=5;{s_log}=7\ndata: {{\"type\":\"notifications\",\"count\":0}}\n\n"));
        var heard = 0;
        using var bell = live.Follow([Topic.Notifications], _ => heard++);
        var log = live.Follow([s_log], _ => { });
        await Until(() => heard > 0);

        log.Dispose();
        await Until(() => portal.Api.Opened.Count == 2);
        using var again = live.Follow([s_log], _ => { });
        await Until(() => portal.Api.Opened.Count == 3);

        Assert.Equal(
            [($"{Always}&topic={s_log}", null), (Always, "jobs=5"), ($"{Always}&topic={s_log}", "jobs=5")],
            portal.Api.Opened);
    }

    [Fact]
    public async Task A_broken_connection_is_said_and_heals_by_itself()
    {
        await using var portal = new Portal();
        var first = new EventScript(portal.Api);
        var (note, bell) = (portal.Render<LiveNote>(), portal.Page<Bell>());
        var last = await first.Say(new UnreadEvent(1, null));
        await bell.WaitForAssertionAsync(() => Assert.Equal("1", bell.Find("[data-testid=unread]").TextContent));
        Assert.Empty(note.FindAll(".live-note"));

        portal.Api.On(ScriptedApi.EventStream, _ => throw new HttpRequestException("Connection refused."));
        await first.Break();
        await note.WaitForElementAsync(".live-note");
        var second = new EventScript(portal.Api);
        await second.Say(new UnreadEvent(2, null));

        await bell.WaitForAssertionAsync(() => Assert.Equal("2", bell.Find("[data-testid=unread]").TextContent));
        await note.WaitForAssertionAsync(() => Assert.Empty(note.FindAll(".live-note")));
        Assert.All(portal.Api.Opened.Skip(1), stream => Assert.Equal(last, stream.LastEventId));
    }

    [Fact]
    public async Task A_list_is_fetched_again_when_a_job_begins_or_ends_and_not_when_one_goes_on()
    {
        await using var portal = new Portal();
        var events = new EventScript(portal.Api);
        portal.Api.Answers("GET /api/jobs", new Contracts.Page<JobView>([Examples.Job(JobState.Running, 0.25, "epoch 1 of 4")], null));
        var page = portal.Page<Jobs.JobsPage>();
        await page.WaitForElementAsync("[data-testid=jobs]");
        await events.Say(Running(0.25));
        await Until(() => Fetched() == 2);

        await events.Say(Running(0.75));
        await page.WaitForAssertionAsync(() => Assert.Contains("75", page.Find("[data-testid=jobs]").TextContent, StringComparison.Ordinal));
        Assert.Equal(2, Fetched());
        await events.Say(new TeamJobsEvent([], 0));
        await Until(() => Fetched() == 3);

        int Fetched() => portal.Api.BodiesOf("GET /api/jobs").Count();
        static TeamJobsEvent Running(double progress) => new([new(Examples.JobId, JobKind.Train, JobState.Running, Examples.RunId, null, false, 1, progress, "learning")], 0);
    }

    private static async Task<HttpResponseMessage> Stream(string text)
    {
        // Says this and then nothing, as a stream on which nothing happens.
        var pipe = new System.IO.Pipelines.Pipe();
        await pipe.Writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), Xunit.TestContext.Current.CancellationToken);
        return new(System.Net.HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) { Headers = { ContentType = new("text/event-stream") } } };
    }

    private static async Task Until(Func<bool> isSo)
    {
        for (var tries = 0; !isSo(); tries++)
        {
            Assert.True(tries < 400, "It did not come about within twenty seconds.");
            await Task.Delay(50, Xunit.TestContext.Current.CancellationToken);
        }
    }
}
