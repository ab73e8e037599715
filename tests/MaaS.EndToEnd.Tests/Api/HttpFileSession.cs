// Sends the requests of an .http file one after the other, as an editor does, and remembers the answers that later requests refer to.
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MaaS.EndToEnd.Tests.Api;

/// <param name="given">Takes the place of variables of the file; asked whenever one is used.</param>
internal sealed partial class HttpFileSession(HttpFile file, HttpClient http, IReadOnlyDictionary<string, Func<string>> given)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, JsonNode?> _answers = [];
    private readonly Dictionary<string, byte[]> _downloads = [];

    /// <summary>Sends it, again and again where the file says so.</summary>
    /// <returns>What is wrong with the answer; null when it is what the file promises.</returns>
    public async Task<string?> Send(HttpFileRequest request, CancellationToken token)
    {
        for (var end = DateTime.UtcNow + _patience; ; await Task.Delay(200, token))
        {
            using var message = Message(request);
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token);
            // A stream that ends with nothing is left after its first event.
            var bytes = message.RequestUri!.AbsolutePath == "/api/events" ? await FirstEvent(answer, token) : await answer.Content.ReadAsByteArrayAsync(token);
            var status = (int)answer.StatusCode;
            if (request.Expects is { } expected ? status != expected : !answer.IsSuccessStatusCode)
                return $"{request} answered {status}: {Encoding.UTF8.GetString(bytes)}";

            // Saved under the name that the address ends with; a file that is sent later is looked for here.
            _downloads[Path.GetFileName(message.RequestUri.AbsolutePath)] = bytes;
            if (request.Name is null && request.Until is null)
                return null;
            var body = JsonNode.Parse(bytes);
            if (request.Name is { } name)
                _answers[name] = body;
            var reached = request.Until is { } until ? At(body, until.Path)?.ToString() : null;
            if (reached == request.Until?.Value)
                return null;
            if (reached == "failed" || DateTime.UtcNow > end)
                return $"{request}: {request.Until!.Path} is {reached}, not {request.Until.Value}: {body}";
        }
    }

    private static async Task<byte[]> FirstEvent(HttpResponseMessage answer, CancellationToken token)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(token));
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(token) is { Length: > 0 } line)
            text.AppendLine(line);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A variable of the file, or what an answer holds: <c>session.response.body.token</c>.</summary>
    public string Value(string expression)
    {
        if (Reference().Match(expression) is { Success: true } reference)
            return At(_answers[reference.Groups[1].Value], reference.Groups[2].Value)?.ToString()
                ?? throw new KeyNotFoundException($"{expression} is nowhere in {_answers[reference.Groups[1].Value]}.");
        return given.TryGetValue(expression, out var value) ? value() : Filled(file.Variables[expression]);
    }

    private string Filled(string text) => Placeholder().Replace(text, found => Value(found.Groups[1].Value));

    private HttpRequestMessage Message(HttpFileRequest request)
    {
        var message = new HttpRequestMessage(new(request.Method), Filled(request.Address));
        if (request.Body is not null)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Filled(request.Body)));
        if (request.BodyFile is not null)
            message.Content = new ByteArrayContent(_downloads[Path.GetFileName(request.BodyFile)]);
        foreach (var (name, value) in request.Headers)
            if (!message.Headers.TryAddWithoutValidation(name, Filled(value)))
                message.Content!.Headers.Add(name, Filled(value));
        return message;
    }

    /// <summary>As much of JSONPath as is used: members, places in a list, and the first of a list whose member has a value.</summary>
    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (Match step in Step().Matches(path))
            node = (node, step.Groups) switch
            {
                (JsonObject members, { } part) when part["member"].Success => members[part["member"].Value],
                (JsonArray items, { } part) when part["place"].Success => items.ElementAtOrDefault(int.Parse(part["place"].Value)),
                (JsonArray items, { } part) when part["of"].Success => items.FirstOrDefault(item => item?[part["of"].Value]?.ToString() == part["value"].Value),
                _ => null,
            };
        return node;
    }

    [GeneratedRegex(@"\{\{([^{}]+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^(\w+)\.response\.body\.(.+)$")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\[(?<place>\d+)\]|\[\?\(@\.(?<of>\w+)==(?<value>\w+)\)\]|(?<member>\w+)")]
    private static partial Regex Step();
}
