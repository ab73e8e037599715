// Stands in for the API under the real typed client: each call gets the answer the test wrote for it, and is remembered.
// It does not know any page.
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MaaS.Contracts;

namespace MaaS.Web.Tests;

internal sealed class ScriptedApi : HttpMessageHandler
{
    public const string EventStream = "GET /api/events";

    private readonly Dictionary<string, Func<string, Task<HttpResponseMessage>>> _answers = [];

    /// <summary>Every call so far, as <c>POST /api/jobs</c>, with its body.</summary>
    public List<(string Call, string Body)> Calls { get; } = [];

    /// <summary>What every call asked after its path: <c>?limit=50</c>.</summary>
    public List<(string Call, string Query)> Queries { get; } = [];

    /// <summary>Of every stream of events that was opened what it asked for, and the id it went on from. They are opened when a page pleases, and are among no other calls.</summary>
    public List<(string Query, string? LastEventId)> Opened { get; } = [];

    /// <summary>A test that says nothing else hears of nothing.</summary>
    public ScriptedApi() => On(EventStream, _ => Task.FromResult(Streaming(new Pipe().Reader.AsStream())));

    public bool Knows(string call) => _answers.ContainsKey(call);

    /// <summary>Whether the page wanted something done, and did not only look.</summary>
    public bool WasAsked => Calls.Any(made => !made.Call.StartsWith("GET ", StringComparison.Ordinal));

    public IEnumerable<string> BodiesOf(string call) => Calls.Where(made => made.Call == call).Select(made => made.Body);

    public ScriptedApi Answers(string call, object body) => On(call, _ => Task.FromResult(Json(HttpStatusCode.OK, body)));

    public ScriptedApi Refuses(string call, Problem problem) =>
        On(call, _ => Task.FromResult(Json((HttpStatusCode)problem.Status, problem, "application/problem+json")));

    public ScriptedApi On(string call, Func<string, Task<HttpResponseMessage>> answer)
    {
        _answers[call] = answer;
        return this;
    }

    /// <summary>Answers with a body that the test goes on writing: server-sent events as they come.</summary>
    public ScriptedApi Streams(string call, Stream body, string mediaType = "text/event-stream") => On(call, _ => Task.FromResult(Streaming(body, mediaType)));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        if (call == EventStream)
        {
            Opened.Add((Uri.UnescapeDataString(request.RequestUri.Query), request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : null));
        }
        else
        {
            Calls.Add((call, body));
            Queries.Add((call, request.RequestUri.Query));
        }
        return _answers.TryGetValue(call, out var answer)
            ? await answer(body)
            : throw new InvalidOperationException($"The test has no answer for {call}.");
    }

    private static HttpResponseMessage Streaming(Stream body, string mediaType = "text/event-stream")
    {
        var content = new StreamContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return new(HttpStatusCode.OK) { Content = content };
    }

    public static HttpResponseMessage Json(HttpStatusCode status, object body, string mediaType = "application/json") => new(status)
    {
        Content = new StringContent(JsonSerializer.Serialize(body, body.GetType(), MaaSJson.Options), Encoding.UTF8, mediaType),
    };
}
