// GET /api/jobs/{job}/events: what happens to a job, as it happens, as server-sent events (WHATWG HTML, section 9.2); with key,
// points of those series only.
// Knows the wire: ids, event names, heartbeats, and when to stop. What happened is JobFeed's.
using System.Text.Json;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts;
using MaaS.Contracts.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Api.Jobs;

internal static class JobEventEndpoint
{
    public static async Task<Results<JobEventStream, NotFoundProblem, InvalidProblem>> Follow(
        Guid job, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, [FromQuery(Name = "key")] string[]? keys, Caller caller, CatalogContext context, JobFeed feed, CancellationToken token)
    {
        var start = FeedPosition.Start;
        if (lastEventId is not null && !FeedPosition.TryParse(lastEventId, out start))
            return new InvalidProblem("invalid_last_event_id", $"Last-Event-ID is \"{lastEventId}\"; it must be the id of an event of this job.");
        if (await JobEndpoints.Find(context, caller, job, token) is null)
            return new NotFoundProblem("job", job);
        // A stream lasts as long as its job; the request's connection must not be kept from others for that time.
        await context.DisposeAsync();
        return new JobEventStream(job, start, keys is { Length: > 0 } ? keys : null, feed);
    }
}

internal sealed class JobEventStream(Guid job, FeedPosition start, string[]? keys, JobFeed feed) : IResult, IEndpointMetadataProvider
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(200, typeof(JobEvent), ["text/event-stream"]));

    public async Task ExecuteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        // Proxies that collect an answer before passing it on would make a live view a recording.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await Write(context, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone, or this replica is going; either way it can resume by the last id.
        }
    }

    private async Task Write(HttpContext context, CancellationToken token)
    {
        var quietSince = DateTime.UtcNow;
        await foreach (var (position, item) in feed.Follow(job, start, keys, token))
        {
            if (item is not null)
                await context.Response.WriteAsync($"id: {position}\nevent: {Name(item)}\ndata: {JsonSerializer.Serialize(item, MaaSJson.Options)}\n\n", token);
            else if (DateTime.UtcNow - quietSince > s_heartbeat)
                await context.Response.WriteAsync(":\n\n", token);
            else
                continue;
            await context.Response.Body.FlushAsync(token);
            quietSince = DateTime.UtcNow;
        }
    }

    private static string Name(JobEvent item) => item switch
    {
        JobStateEvent => "state",
        JobMetricsEvent => "metrics",
        JobLogEvent => "log",
        _ => "message",
    };
}
