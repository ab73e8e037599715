// Streams of events: one for everything a caller follows, and one that lasts as long as a job.
using MaaS.Api.Jobs;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Events;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Api.Events;

internal static class EventEndpoints
{
    private const int MostTopics = 500;

    public static void AddEvents(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventHub>().AddSingleton<Past>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<EventHub>());
    }

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGroup("events").WithTags("Events").MapGet("", Follow).WithSummary("Follow any number of topics as server-sent events, in one stream");
        api.MapGroup("jobs").WithTags("Jobs").MapGet("{job}/events", FollowJob).WithSummary("Follow a job until it ends, as server-sent events");
    }

    private static async Task<Results<EventStream, NotFoundProblem, InvalidProblem>> Follow(
        [FromQuery(Name = "topic")] string[]? topics, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, HttpContext http, Caller caller, CatalogContext context, EventHub hub, Past past, CancellationToken token)
    {
        if (topics is not { Length: > 0 and <= MostTopics })
            return new InvalidProblem("topic_missing", $"topic is given {topics?.Length ?? 0} times; it must be given once for each topic, 1 to {MostTopics} times: {Topic.Spelling}.");
        var asked = new List<Topic>();
        foreach (var text in topics)
        {
            if (!Topic.TryParse(text, out var topic))
                return new InvalidProblem("topic_unknown", $"topic is \"{text}\"; it must be one of {Topic.Spelling}.");
            asked.Add(topic);
        }
        if (Refused(lastEventId, out var start) is { } refused)
            return refused;
        var found = await Source.Find(context, caller, [.. asked.Select(topic => topic.Whole).Distinct()], token);
        if (found.All(one => one.Problem is { Status: 404 }))
            return new NotFoundProblem("topic", found[0].Topic);
        var followed = found.Where(one => one.Source is not null).Select(one => new Followed(one.Topic, one.Source!.Value, Keys(asked, one.Topic))).ToList();
        var gone = found.Where(one => one.Problem is not null).Select(one => new GoneEvent($"{one.Topic}", one.Problem!)).ToList();
        return Stream(http, caller, hub, past, followed, start, gone);
    }

    private static async Task<Results<EventStream, NotFoundProblem, InvalidProblem>> FollowJob(
        Guid job, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, [FromQuery(Name = "key")] string[]? keys, HttpContext http, Caller caller, CatalogContext context, EventHub hub, Past past, CancellationToken token)
    {
        if (Refused(lastEventId, out var start) is { } refused)
            return refused;
        if (await JobEndpoints.Find(context, caller, job, token) is not { } row)
            return new NotFoundProblem("job", job);
        var followed = new List<Followed> { new(Topic.Job(job), new(TopicKind.Job, job)), new(Topic.Log(job), new(TopicKind.Log, job)) };
        if (row.RunId is { } run)
            followed.Add(new(Topic.Metrics(run), new(TopicKind.Metrics, run), keys is { Length: > 0 } ? keys : null));
        return Stream(http, caller, hub, past, followed, start, [], job);
    }

    private static EventStream Stream(
        HttpContext http, Caller caller, EventHub hub, Past past, List<Followed> followed, StreamPosition position, List<GoneEvent> gone, Guid? until = null)
    {
        // The request's context stays with it to the end: it has no connection while nothing is asked, and let go of here it would be let go of twice.
        // What is followed no longer is forgotten.
        var kept = new StreamPosition();
        foreach (var one in followed)
            kept[one.Topic] = position[one.Topic];
        Secrets.TryHash(http.Request.Headers.Authorization, out var secret);
        return new(new(hub, past, caller, secret, followed, kept), gone, until);
    }

    // All series of a run when the run itself is among the topics, or else those that are named.
    private static string[]? Keys(List<Topic> asked, Topic whole) =>
        asked.Contains(whole) ? null : [.. asked.Where(topic => topic.Whole == whole).Select(topic => topic.Key!)];

    private static InvalidProblem? Refused(string? lastEventId, out StreamPosition position)
    {
        position = new();
        return lastEventId is null || StreamPosition.TryParse(lastEventId, out position) ? null
            : new("invalid_last_event_id", $"Last-Event-ID is \"{lastEventId}\"; it must be the id of an event of such a stream.");
    }
}
