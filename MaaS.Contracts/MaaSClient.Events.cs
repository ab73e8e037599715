// The calls that do not end: streams of server-sent events (WHATWG HTML, section 9.2). They end when the connection does; going on from
// the last id is the caller's.
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MaaS.Contracts.Events;

namespace MaaS.Contracts;

public sealed partial class MaaSClient
{
    /// <summary>What happens to these topics, as it happens. Pass the last id seen to go on after a broken connection, with the same topics or others.</summary>
    /// <param name="opened">Called when the stream has begun, though nothing may have happened yet.</param>
    /// <exception cref="IOException">The connection broke, or nothing came for so long that it must have.</exception>
    public IAsyncEnumerable<(string Id, LiveEvent Event)> Events(IEnumerable<Topic> topics, string? lastEventId = null, CancellationToken token = default, Action? opened = null) =>
        Stream($"api/events?{string.Join('&', topics.Select(topic => $"topic={Escape($"{topic}")}"))}", lastEventId, opened, token);

    /// <summary>Follows a job until it ends. Pass the last id seen to go on after a broken connection.</summary>
    /// <param name="keys">Points of these series only; null for all.</param>
    public IAsyncEnumerable<(string Id, LiveEvent Event)> FollowJob(Guid id, string? lastEventId = null, CancellationToken token = default, IReadOnlyCollection<string>? keys = null) =>
        Stream($"api/jobs/{id}/events?{string.Join('&', (keys ?? []).Select(key => $"key={Escape(key)}"))}", lastEventId, null, token);

    private async IAsyncEnumerable<(string Id, LiveEvent Event)> Stream(string path, string? lastEventId, Action? opened, [EnumeratorCancellation] CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        await ThrowUnlessSuccess(response, token);
        opened?.Invoke();
        await using var stream = new LivelyStream(await response.Content.ReadAsStreamAsync(token));
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<LiveEvent>(data, MaaSJson.Options)!);
        await foreach (var item in events.EnumerateAsync(token))
            yield return (item.EventId ?? "", item.Data);
    }
}
