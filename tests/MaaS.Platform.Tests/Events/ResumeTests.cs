// A stream that is cut goes on from its last id, at whichever server, and of points and lines none is lost and none told twice.
using MaaS.Catalog.Experiments;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Events;

public sealed class ResumeTests(ApiServer api) : EventTest(api)
{
    [Fact]
    public async Task Cut_again_and_again_and_taken_up_at_another_server_it_loses_and_doubles_nothing()
    {
        const int steps = 150;
        await using var replica = await Api.Replica();
        MaaSClient[] servers = [Member, replica.Client(Team.Secrets[Role.Member])];
        var writing = Task.Run(async () =>
        {
            for (var step = 1; step <= steps; step++)
            {
                await Write(step, "loss", "accuracy");
                await Task.Delay(20, Token);
            }
            await End();
        }, Token);

        var seen = new List<(string Id, LiveEvent Event)>();
        for (var cut = 0; seen.Count == 0 || seen[^1].Event is not JobStateEvent { Job.State: JobState.Failed }; cut++)
        {
            var patience = 1 + (cut % 4);
            seen.AddRange(await Read(servers[cut % 2], OfRun, seen.Count > 0 ? seen[^1].Id : null,
                now => now.Count == patience || now[^1].Event is JobStateEvent { Job.State: JobState.Failed }));
        }
        await writing;

        Assert.Equal(Enumerable.Range(1, steps).Select(step => (long)step), Steps(seen));
        Assert.Equal(Enumerable.Range(1, steps).Select(step => (long)step), Steps(seen, "accuracy"));
        Assert.Equal(Enumerable.Range(1, steps).Select(step => $"line {step}"), Lines(seen));
        Assert.Single(seen, item => item.Event is JobStateEvent { Job.State: JobState.Failed });
    }

    [Fact]
    public async Task With_other_topics_it_goes_on_where_it_was_and_begins_what_is_new()
    {
        await Write(1);
        var first = await Read(Member, [Topic.Metrics(Seed.Running)], null, seen => Steps(seen).Any());
        await Write(2);

        var second = await Read(Member, [Topic.Metrics(Seed.Running), Topic.Log(Seed.RunningJob)], first[^1].Id, seen => Steps(seen).Any() && Lines(seen).Count() == 2);

        Assert.Equal((1, 2), (Steps(first).Single(), Steps(second).Single()));
        Assert.Equal(["line 1", "line 2"], Lines(second));
    }

    [Fact]
    public async Task A_state_is_told_again_only_when_it_is_another()
    {
        await Beat(0.25);
        var first = await Read(Member, [Topic.Job(Seed.RunningJob), Topic.Jobs], null, seen => seen.Count == 2);
        var beating = Task.Run(async () =>
        {
            await Task.Delay(1500, Token);
            await Beat(0.5);
        }, Token);

        var second = await Read(Member, [Topic.Job(Seed.RunningJob), Topic.Jobs], first[^1].Id, seen => seen.Count == 2);
        await beating;

        Assert.Equal(0.25, first.Select(item => item.Event).OfType<JobStateEvent>().Single().Job.Progress);
        Assert.Equal(0.5, second.Select(item => item.Event).OfType<JobStateEvent>().Single().Job.Progress);
        Assert.Equal(0.5, second.Select(item => item.Event).OfType<TeamJobsEvent>().Single().Jobs.Single(job => job.Id == Seed.RunningJob).Progress);
    }

    [Fact]
    public async Task Only_the_series_that_are_named_come()
    {
        await Write(1, "loss", "norm");
        Topic[] some = [Topic.Metrics(Seed.Running, "loss")];

        var past = await Read(Member, some, null, seen => Steps(seen).Any());
        var writing = Task.Run(async () =>
        {
            await Task.Delay(1000, Token);
            await Write(2, "norm", "loss");
        }, Token);
        var live = await Read(Member, some, past[^1].Id, seen => Steps(seen).Any());
        await writing;

        Assert.Equal((1, 2), (Steps(past).Single(), Steps(live).Single()));
        Assert.Empty(Steps([.. past, .. live], "norm"));
    }

    [Fact]
    public async Task A_very_long_past_comes_thinned_and_then_every_point()
    {
        var lease = Lease;
        var chunker = new MetricChunker(lease, Seed.Running);
        await Api.Catalog.GetRequiredService<MetricStore>().Append(lease, chunker.Pack([.. Enumerable.Range(1, 60_000).Select(step => new MetricPoint("loss", step, 1, DateTimeOffset.UtcNow))]), Token);

        var past = await Read(Member, [Topic.Metrics(Seed.Running), Topic.Jobs], null, seen => seen.Any(item => item.Event is JobMetricsEvent) && seen.Any(item => item.Event is TeamJobsEvent));
        await Api.Catalog.GetRequiredService<MetricStore>().Append(lease, chunker.Pack([new("loss", 60_001, 1, DateTimeOffset.UtcNow)]), Token);
        var live = await Read(Member, [Topic.Metrics(Seed.Running), Topic.Jobs], past[^1].Id, seen => Steps(seen).Any());

        Assert.InRange(Steps(past).Count(), 500, 2000);
        Assert.Equal((1, 60_000), (Steps(past).First(), Steps(past).Last()));
        Assert.Equal([60_001], Steps(live));
    }

    [Fact]
    public async Task What_is_no_topic_or_no_id_is_refused_in_a_sentence()
    {
        async Task<Problem> Answer(string path, string? id = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (id is not null)
                request.Headers.Add("Last-Event-ID", id);
            using var answer = await Team.Http(Role.Viewer).SendAsync(request, Token);
            return (await System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync<Problem>(answer.Content, MaaSJson.Options, Token))!;
        }

        Assert.Equal((422, "topic_missing"), Code(await Answer("api/events")));
        Assert.Equal((422, "topic_unknown"), Code(await Answer("api/events?topic=weather")));
        Assert.Equal((422, "topic_unknown"), Code(await Answer("api/events?topic=job:7")));
        Assert.Equal((422, "topic_unknown"), Code(await Answer($"api/events?topic=log:{Seed.Job}/loss")));
        Assert.Equal((422, "invalid_last_event_id"), Code(await Answer("api/events?topic=jobs", "yesterday")));
        Assert.Equal((422, "invalid_last_event_id"), Code(await Answer("api/events?topic=jobs", $"metrics:{Seed.Run}=x")));

        static (int, string) Code(Problem problem) => (problem.Status, problem.Code);
    }
}
