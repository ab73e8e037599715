// Makes a well-formed call of every operation in the OpenAPI document: ids and names from a seed, bodies from their schemas.
// A new endpoint is called without anybody thinking of it; a new kind of id makes the test say that the seed lacks it.
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MaaS.Platform.Tests.Api;

/// <param name="NamesSomething">Whether the address or the body names a noun of somebody.</param>
public sealed record ApiCall(string Method, string Template, string Path, JsonNode? Body, bool IsFile, bool NeedsCaller, bool NamesSomething)
{
    public HttpRequestMessage Request() => new(new(Method), Path)
    {
        Content = IsFile ? new StringContent("a,b\n1,2\n") : Body is null ? null : JsonContent.Create(Body),
    };

    public override string ToString() => $"{Method} {Template}";
}

/// <param name="names">What stands for each parameter of an address and each member of a body that names a noun.</param>
public sealed class OpenApiCalls(JsonNode document, IReadOnlyDictionary<string, string> names)
{
    // Jobs that are submitted as such, each with nouns of its own.
    private static readonly string?[] s_submitted = ["train", "sweep", "compress"];

    private bool _named;
    private string? _kind;

    public static async Task<JsonNode> Document(HttpClient http, CancellationToken token) =>
        JsonNode.Parse(await http.GetStringAsync("openapi/v1.json", token))!;

    public IEnumerable<ApiCall> All() =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        from kind in (operation.Key, path.Key) is ("post", "/api/jobs") ? s_submitted : [null]
        select Call(path.Key, operation.Key.ToUpperInvariant(), operation.Value!, kind);

    private ApiCall Call(string template, string method, JsonNode operation, string? kind)
    {
        (_named, _kind) = (false, kind);
        var path = template.TrimStart('/');
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
        {
            var name = (string)parameter!["name"]!;
            if ((string?)parameter["in"] == "path")
                path = path.Replace($"{{{name}}}", Named(name), StringComparison.Ordinal);
        }
        if (template.EndsWith("/datasets", StringComparison.Ordinal) && method == "POST")
            path += "?name=new&file_name=a.csv";
        else if (template.EndsWith("/versions", StringComparison.Ordinal) && method == "POST")
            path += "?file_name=a.csv";
        else if (template.EndsWith("/imports", StringComparison.Ordinal))
            path += "?model=new&file_name=a.onnx";
        var content = operation["requestBody"]?["content"];
        var schema = content?["application/json"]?["schema"];
        return new(method, kind is null ? template : $"{template} ({kind})", path, schema is null ? null : Example(schema, ""), content?["application/octet-stream"] is not null,
            operation["security"] is not null, _named);
    }

    private string Named(string name)
    {
        Assert.True(names.TryGetValue(name, out var value), $"The seed has nothing for \"{name}\"; give it one, so that isolation is tested there too.");
        _named = true;
        return value!;
    }

    private JsonNode? Example(JsonNode schema, string member)
    {
        if ((string?)schema["$ref"] is { } reference)
            return Example(document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]!, member);
        // Of a list the items are named, not the list.
        if (Type(schema) != "array" && names.TryGetValue($"body:{member}", out var named))
        {
            _named = true;
            return Type(schema) == "array" ? new JsonArray(named) : int.TryParse(named, out var number) ? number : named;
        }
        if ((schema["anyOf"] ?? schema["oneOf"])?.AsArray() is { } options)
            return Kind(schema, options.Select(option => option!).ToList(), member);
        if (schema["enum"] is { } values)
            return values[0]!.DeepClone();
        return Type(schema) switch
        {
            "object" => Object(schema),
            "array" => new JsonArray(Example(schema["items"]!, member)),
            "integer" or "number" => JsonValue.Create((int)((double?)schema["minimum"] ?? 1)),
            "boolean" => true,
            _ => (string?)schema["format"] switch
            {
                "uuid" => Guid.NewGuid().ToString(),
                "email" => "somebody@example.com",
                "date-time" => "2030-01-01T00:00:00Z",
                _ => "some-long-text",
            },
        };
    }

    /// <summary>Of several kinds of job the one that is wanted, of other kinds the last.</summary>
    private JsonNode? Kind(JsonNode schema, List<JsonNode> options, string member)
    {
        var kinds = schema["discriminator"]?["mapping"]!.AsObject();
        var wanted = kinds is not null && _kind is not null && kinds.TryGetPropertyValue(_kind, out var reference) ? (string)reference! : null;
        var chosen = options.Last(option => wanted is null ? Type(option) != "null" : (string?)option["$ref"] == wanted);
        var example = Example(chosen, member);
        if (kinds is not null && example is JsonObject filled)
            filled[(string)schema["discriminator"]!["propertyName"]!] = kinds.Single(kind => (string)kind.Value! == (string)chosen["$ref"]!).Key;
        return example;
    }

    private JsonObject Object(JsonNode schema)
    {
        var required = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        var filled = new JsonObject();
        foreach (var property in schema["properties"]?.AsObject() ?? [])
            if (required.Contains(property.Key))
                filled[property.Key] = Example(property.Value!, property.Key);
        return filled;
    }

    private static string? Type(JsonNode schema) => schema["type"] switch
    {
        JsonArray several => several.Select(type => (string)type!).First(type => type != "null"),
        JsonValue one => one.GetValue<string>(),
        _ => schema["properties"] is null ? null : "object",
    };
}
