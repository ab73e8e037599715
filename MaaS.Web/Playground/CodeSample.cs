// The text of a prediction call in each language: nothing beyond what the language brings, a key in one clear place.
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MaaS.Web.Playground;

internal static class CodeSample
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<string> Languages { get; } = ["curl", "C#", "Python", "JavaScript"];

    public static string In(string language, string address, IReadOnlyDictionary<string, JsonElement> row)
    {
        var body = JsonSerializer.Serialize(new { rows = new[] { row } }, Readable);
        return language switch
        {
            "C#" => CSharp(address, body),
            "Python" => Python(address, row),
            "JavaScript" => JavaScript(address, body),
            _ => Curl(address, body),
        };
    }

    // Inside single quotes a shell reads everything as it is, except a single quote.
    private static string Curl(string address, string body) => $"""
        curl {address} \
          -H 'Authorization: Bearer YOUR_API_KEY' \
          -H 'Content-Type: application/json' \
          -d '{body.Replace("'", "'\\''", StringComparison.Ordinal)}'
        """;

    private static string CSharp(string address, string body) => $$""""
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", "YOUR_API_KEY");
        var body = """
        {{body}}
        """;
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("{{address}}", content);
        Console.WriteLine(await response.Content.ReadAsStringAsync());
        """";

    private static string Python(string address, IReadOnlyDictionary<string, JsonElement> row) => $$"""
        import json, urllib.request

        request = urllib.request.Request(
            "{{address}}",
            data=json.dumps({"rows": [{
        {{string.Join('\n', row.Select(cell => $"        {JsonSerializer.Serialize(cell.Key, Readable)}: {PythonValue(cell.Value)},"))}}
            }]}).encode(),
            headers={"Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json"},
        )
        print(json.load(urllib.request.urlopen(request)))
        """;

    private static string JavaScript(string address, string body) => $$"""
        const response = await fetch("{{address}}", {
          method: "POST",
          headers: { "Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json" },
          body: JSON.stringify({{body}}),
        });
        console.log(await response.json());
        """;

    private static string PythonValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null => "None",
        _ => JsonSerializer.Serialize(value, Readable),
    };
}
