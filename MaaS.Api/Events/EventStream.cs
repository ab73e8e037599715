// A stream of events on the wire, as server-sent events (WHATWG HTML, section 9.2): ids, names, signs of life, and when to stop.
// What there is to tell is the follower's.
using MaaS.Contracts.Events;
using Microsoft.AspNetCore.Http.Metadata;

namespace MaaS.Api.Events;

/// <param name="gone">Topics that were asked for and do not exist for the caller.</param>
/// <param name="until">The stream ends with this job; null never does by itself.</param>
internal sealed class EventStream(Follower follower, IReadOnlyList<GoneEvent> gone, Guid? until = null) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(200, typeof(LiveEvent), ["text/event-stream"]));

    public async Task ExecuteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        // Proxies that collect an answer before passing it on would make a live view a recording.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using (follower)
        {
            try
            {
                // Whoever follows something quiet should know that the stream has begun.
                await context.Response.StartAsync(ended.Token);
                await Write(context.Response, ended.Token);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // The client has gone, or this replica is going; either way it can resume by the last id.
            }
        }
    }

    private async Task Write(HttpResponse response, CancellationToken token)
    {
        await response.Body.FlushAsync(token);
        await foreach (var (position, item, json) in follower.Follow(gone, token))
        {
            await response.WriteAsync(item is null ? ":\n\n" : $"id: {position}\nevent: {EventJson.Name(item)}\ndata: {json}\n\n", token);
            await response.Body.FlushAsync(token);
            if (item is not null && until is { } job && Topic.Of(item) == Topic.Job(job) && Said.IsLastOf(item))
                return;
        }
    }
}
