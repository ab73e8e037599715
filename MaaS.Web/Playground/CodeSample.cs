// The text of a prediction call in each language: nothing beyond what the language brings, a key in one clear place.
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MaaS.Web.Playground;

internal static class CodeSample
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Stands in the JSON for the picture until each language puts its own expression there.
    private const string Picture = "PICTURE_IN_BASE64";

    public static IReadOnlyList<string> Languages { get; } = ["curl", "C#", "Python", "JavaScript"];

    /// <param name="images">The inputs that are pictures: code reads them from a file, nobody pastes Base64.</param>
    public static string In(string language, string address, IReadOnlyDictionary<string, JsonElement> row, params IReadOnlyList<string> images)
    {
        row = row.ToDictionary(cell => cell.Key, cell => images.Contains(cell.Key) ? JsonSerializer.SerializeToElement(Picture) : cell.Value);
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
          -d '{With(body.Replace("'", "'\\''", StringComparison.Ordinal), "\"'\"$(base64 -w0 picture.png)\"'\"")}'
        """;

    private static string CSharp(string address, string body) => $$""""
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", "YOUR_API_KEY");
        var body = """
        {{body}}
        """{{(body.Contains(Picture, StringComparison.Ordinal) ? $".Replace(\"{Picture}\", Convert.ToBase64String(File.ReadAllBytes(\"picture.png\")))" : "")}};
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("{{address}}", content);
        Console.WriteLine(await response.Content.ReadAsStringAsync());
        """";

    private static string Python(string address, IReadOnlyDictionary<string, JsonElement> row) => $$"""
        import {{(row.Values.Any(IsPicture) ? "base64, " : "")}}json, urllib.request

        request = urllib.request.Request(
            "{{address}}",
            data=json.dumps({"rows": [{
        {{string.Join('\n', row.Select(cell => $"        {JsonSerializer.Serialize(cell.Key, Readable)}: {With(PythonValue(cell.Value), "base64.b64encode(open(\"picture.png\", \"rb\").read()).decode()")},"))}}
            }]}).encode(),
            headers={"Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json"},
        )
        print(json.load(urllib.request.urlopen(request)))
        """;

    private static string JavaScript(string address, string body) => $$"""
        {{(body.Contains(Picture, StringComparison.Ordinal) ? "const picture = require(\"fs\").readFileSync(\"picture.png\").toString(\"base64\");\n" : "")}}const response = await fetch("{{address}}", {
          method: "POST",
          headers: { "Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json" },
          body: JSON.stringify({{With(body, "picture")}}),
        });
        console.log(await response.json());
        """;

    private static bool IsPicture(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() == Picture;

    private static string With(string text, string picture) => text.Replace($"\"{Picture}\"", picture, StringComparison.Ordinal);

    private static string PythonValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null => "None",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(PythonValue))}]",
        _ => JsonSerializer.Serialize(value, Readable),
    };
}
