// Reads a file of requests as editors send them: https://learn.microsoft.com/aspnet/core/test/http-files
// Of comments it understands a request's name, and two of our own: "expects 409", "until state is succeeded".
// Knows nothing of what a request means, and sends none.
using System.Text.RegularExpressions;

namespace MaaS.EndToEnd.Tests.Api;

/// <param name="Line">Where it begins in the file, for whoever has to mend it.</param>
/// <param name="Name">Later requests refer to its answer by it.</param>
/// <param name="Body">As written, with its variables; null when there is none, or when it is a file.</param>
/// <param name="BodyFile">The path after <c>&lt;</c>.</param>
/// <param name="Expects">The status that a comment names; null for success.</param>
internal sealed record HttpFileRequest(
    int Line, string? Name, string Method, string Address, IReadOnlyList<KeyValuePair<string, string>> Headers,
    string? Body, string? BodyFile, int? Expects, HttpFileWait? Until)
{
    public override string ToString() => $"maas.http:{Line}: {Method} {Address}";
}

/// <param name="Path">Of a value in the answer.</param>
internal sealed record HttpFileWait(string Path, string Value);

internal sealed partial class HttpFile
{
    private readonly Dictionary<string, string> _variables = [];
    private readonly List<HttpFileRequest> _requests = [];

    private HttpFile(string[] lines)
    {
        for (var (begin, at) = (0, 1); at <= lines.Length; at++)
            if (at == lines.Length || lines[at].StartsWith("###", StringComparison.Ordinal))
            {
                Take(lines[begin..at], begin);
                begin = at;
            }
    }

    public IReadOnlyDictionary<string, string> Variables => _variables;

    public IReadOnlyList<HttpFileRequest> Requests => _requests;

    public static async Task<HttpFile> Read(string path, CancellationToken token) => new(await File.ReadAllLinesAsync(path, token));

    /// <summary>What stands between two separators: comments and variables, then a request or none.</summary>
    private void Take(string[] block, int begin)
    {
        var (at, name, expects, until) = (0, (string?)null, (int?)null, (HttpFileWait?)null);
        for (; at < block.Length && (block[at] == "" || block[at][0] is '#' or '@'); at++)
        {
            if (Variable().Match(block[at]) is { Success: true } variable)
                _variables.Add(variable.Groups[1].Value, variable.Groups[2].Value);
            if (Named().Match(block[at]) is { Success: true } named)
                name = named.Groups[1].Value;
            if (Expectation().Match(block[at]) is { Success: true } expected)
                expects = int.Parse(expected.Groups[1].Value);
            if (Wait().Match(block[at]) is { Success: true } wait)
                until = new(wait.Groups[1].Value, wait.Groups[2].Value);
        }
        if (at == block.Length)
            return;
        var line = block[at].Split(' ', 2);
        var headers = block[(at + 1)..].TakeWhile(header => header != "").ToList();
        var body = string.Join('\n', block[(at + 1 + headers.Count)..]).Trim();
        var isFile = body.StartsWith("< ", StringComparison.Ordinal);
        _requests.Add(new(
            begin + at + 1, name, line[0], line[1],
            [.. headers.Select(header => header.Split(": ", 2)).Select(header => KeyValuePair.Create(header[0], header[1]))],
            body == "" || isFile ? null : body, isFile ? body[2..] : null, expects, until));
    }

    [GeneratedRegex(@"^@(\w+) = (.+)$")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^# @name (\w+)$")]
    private static partial Regex Named();

    [GeneratedRegex(@"^# expects (\d{3})\b")]
    private static partial Regex Expectation();

    [GeneratedRegex(@"^# until (\S+) is (\S+)$")]
    private static partial Regex Wait();
}
