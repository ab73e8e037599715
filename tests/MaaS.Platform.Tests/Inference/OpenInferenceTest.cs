// What a test of the open protocol starts from: a deployment of the small package whose answers can be worked out by hand, and plain
// HTTP with bodies made of JSON and bytes, as the protocol's clients make them.
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;

namespace MaaS.Platform.Tests.Inference;

public abstract class OpenInferenceTest(ApiServer api) : ApiTest(api)
{
    protected const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>Two rows: "yes" with 0.7311, and what is missing everywhere, "no" with 0.7311.</summary>
    protected const string Inputs = """
        [{"name":"age","shape":[2,1],"datatype":"FP32","data":[[50],["NaN"]]},
         {"name":"member","shape":[2,1],"datatype":"FP32","data":[1,0]},
         {"name":"city","shape":[2,1],"datatype":"BYTES","data":["oslo",""]},
         {"name":"joined","shape":[2,1],"datatype":"INT64","data":[0,-9223372036854775808]}]
        """;

    protected Seed Seed { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Seed = await Seed.Make(Team);
    }

    protected string Model => $"v2/models/{Seed.Deployment}";

    protected async Task<(int Status, string Body)> Get(string path, Role role = Role.Viewer)
    {
        using var answer = await Team.Http(role).GetAsync(path, Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>Posts JSON without saying what it is, as the protocol's Python client does.</summary>
    protected async Task<(int Status, string Body)> Post(string path, string json, Role role = Role.Viewer)
    {
        using var answer = await Team.Http(role).PostAsync(path, Bare(Encoding.UTF8.GetBytes(json)), Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    protected Task<(int Status, string Body)> Infer(string json) => Post($"{Model}/infer", json);

    /// <summary>An answer with tensors behind its JSON.</summary>
    protected async Task<(int Status, JsonNode Json, byte[] Bytes)> Infer(string json, params byte[][] tensors)
    {
        var head = Encoding.UTF8.GetBytes(json);
        var content = Bare([.. head, .. tensors.SelectMany(tensor => tensor)]);
        content.Headers.Add(HeaderLength, $"{head.Length}");
        using var answer = await Team.Http(Role.Viewer).PostAsync($"{Model}/infer", content, Token);
        var body = await answer.Content.ReadAsByteArrayAsync(Token);
        var length = answer.Headers.TryGetValues(HeaderLength, out var found) ? int.Parse(found.Single()) : body.Length;
        return ((int)answer.StatusCode, JsonNode.Parse(body.AsSpan(0, length))!, body[length..]);
    }

    /// <summary>INPUTS in a request stands for all of them.</summary>
    protected internal static string All(string request) => request.Replace("INPUTS", Inputs, StringComparison.Ordinal);

    protected static ByteArrayContent Bare(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = null;
        return content;
    }

    protected static ByteArrayContent Packed(byte[] body, string encoding)
    {
        var content = Bare(body);
        content.Headers.ContentEncoding.Add(encoding);
        return content;
    }

    protected static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    protected static byte[] Texts(params string[] values) =>
        [.. values.Select(Encoding.UTF8.GetBytes).SelectMany(text => (byte[])[.. BitConverter.GetBytes(text.Length), .. text])];

    protected static string Text(JsonNode node) => node.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    protected static string Error(string body) => (string)JsonNode.Parse(body)!["error"]!;

    protected static float[] Rounded(IEnumerable<float> values) => [.. values.Select(value => (float)Math.Round(value, 4))];
}
