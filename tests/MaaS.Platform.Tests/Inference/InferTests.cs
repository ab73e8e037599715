// Inference over the open protocol, as its clients ask for it: JSON, bytes, and both in one request.
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class InferTests(ApiServer api) : OpenInferenceTest(api)
{
    private const string OneRow = """
        {"inputs":[{"name":"age","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":4}},{"name":"member","shape":[1,1],"datatype":"FP32","data":[1]},{"name":"city","shape":[1,1],"datatype":"BYTES","data":["oslo"]},{"name":"joined","shape":[1,1],"datatype":"INT64","data":[0]}]}
        """;

    [Fact]
    public async Task Json_is_answered_with_json_and_the_id_comes_back()
    {
        var (status, body) = await Infer(All("""{"id":"a \"42\" \u00e9","inputs":INPUTS}"""));
        var answer = JsonNode.Parse(body)!;

        Assert.Equal(200, status);
        Assert.Equal([0.2689f, 0.7311f, 0.7311f, 0.2689f], Rounded(answer["outputs"]![1]!["data"]!.AsArray().Select(value => (float)value!)));
        answer["outputs"]![1]!["data"] = new JsonArray();
        Assert.Equal(
            $$"""{"model_name":"{{Seed.Deployment}}","model_version":"1","id":"a \"42\" é","outputs":[{"name":"label","shape":[2],"datatype":"BYTES","data":["yes","no"]},{"name":"probabilities","shape":[2,2],"datatype":"FP32","data":[]}]}""",
            Text(answer));
        Assert.Contains("""
            "id":"a \"42\" \u00e9"
            """.Trim(), body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_may_come_in_any_order_and_strangers_are_passed_over()
    {
        var (status, body) = await Infer("""
            {"comment":{"deep":[1,{"x":2}]},"outputs":[{"parameters":{"stranger":1},"name":"label"}],"inputs":[
             {"data":["oslo"],"shape":[1,1],"datatype":"BYTES","name":"city"},
             {"datatype":"FP32","data":[1],"name":"member","shape":[1,1]},
             {"shape":[1,1],"data":[[0]],"name":"joined","extra":[],"datatype":"INT64"},
             {"name":"age","datatype":"FP32","shape":[1,1],"data":[50.0]}],"parameters":{"priority":1,"timeout":5000000,"anything":"x"}}
            """);

        Assert.Equal((200, $$"""{"model_name":"{{Seed.Deployment}}","model_version":"1","outputs":[{"name":"label","shape":[1],"datatype":"BYTES","data":["yes"]}]}"""), (status, body));
    }

    [Fact]
    public async Task Json_and_binary_inputs_and_outputs_mix()
    {
        var (status, json, bytes) = await Infer("""
            {"inputs":[
             {"name":"age","shape":[2,1],"datatype":"FP32","parameters":{"binary_data_size":8}},
             {"name":"member","shape":[2,1],"datatype":"FP32","data":[1,0]},
             {"name":"city","shape":[2,1],"datatype":"BYTES","parameters":{"binary_data_size":12}},
             {"name":"joined","shape":[2,1],"datatype":"INT64","parameters":{"binary_data_size":16}}],
             "outputs":[{"name":"probabilities","parameters":{"binary_data":true}},{"name":"label"}]}
            """, Floats(50, float.NaN), Texts("oslo", ""), [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes(long.MinValue)]);

        Assert.Equal(200, status);
        Assert.Equal([0.2689f, 0.7311f, 0.7311f, 0.2689f], Rounded(MemoryMarshal.Cast<byte, float>(bytes).ToArray()));
        Assert.Equal(
            $$$"""{"model_name":"{{{Seed.Deployment}}}","model_version":"1","outputs":[{"name":"probabilities","shape":[2,2],"datatype":"FP32","parameters":{"binary_data_size":16}},{"name":"label","shape":[2],"datatype":"BYTES","data":["yes","no"]}]}""",
            Text(json));
    }

    [Theory]
    [InlineData("""{"parameters":{"binary_data_output":true},"inputs":INPUTS}""")]
    [InlineData("""{"outputs":[{"name":"label"},{"name":"probabilities"}],"inputs":INPUTS,"parameters":{"binary_data_output":true}}""")]
    public async Task Outputs_that_say_nothing_of_it_are_binary_when_the_request_says_so_wherever_it_does(string request)
    {
        var (status, json, bytes) = await Infer(All(request), []);

        Assert.Equal(200, status);
        Assert.Equal(Texts("yes", "no"), bytes[..13]);
        Assert.Equal([0.2689f, 0.7311f, 0.7311f, 0.2689f], Rounded(MemoryMarshal.Cast<byte, float>(bytes.AsSpan(13)).ToArray()));
        Assert.Equal([13, 16], json["outputs"]!.AsArray().Select(output => (int)output!["parameters"]!["binary_data_size"]!));
    }

    [Fact]
    public async Task The_best_classes_are_named_on_request()
    {
        var (_, body) = await Infer(All("""{"inputs":INPUTS,"outputs":[{"name":"probabilities","parameters":{"classification":1}}]}"""));
        var (_, json, bytes) = await Infer(All("""{"inputs":INPUTS,"outputs":[{"name":"probabilities","parameters":{"classification":9,"binary_data":true}}]}"""), []);

        var output = JsonNode.Parse(body)!["outputs"]![0]!;
        Assert.Equal(("BYTES", "[2,1]"), ((string)output["datatype"]!, output["shape"]!.ToJsonString()));
        Assert.Equal(["0.73:1:yes", "0.73:0:no"], output["data"]!.AsArray().Select(text => ((string)text!)[..4] + ((string)text!)[((string)text!).IndexOf(':')..]));
        Assert.Equal(("[2,2]", bytes.Length), (json["outputs"]![0]!["shape"]!.ToJsonString(), (int)json["outputs"]![0]!["parameters"]!["binary_data_size"]!));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Packed_bodies_are_unpacked(string encoding)
    {
        var packed = await Pack(Encoding.UTF8.GetBytes(All("""{"inputs":INPUTS}""")), encoding);
        using var answer = await Team.Http(Role.Viewer).PostAsync($"{Model}/infer?from=a&query=string", Packed(packed, encoding), Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        // With a tensor behind its JSON, whose length is that before it was packed.
        var content = Packed(await Pack([.. Encoding.UTF8.GetBytes(OneRow), .. Floats(50)], encoding), encoding);
        content.Headers.Add(HeaderLength, $"{OneRow.Length}");
        using var mixed = await Team.Http(Role.Viewer).PostAsync($"{Model}/infer", content, Token);
        using var broken = await Team.Http(Role.Viewer).PostAsync($"{Model}/infer", Packed([1, 2, 3, 4], encoding), Token);

        Assert.Contains("""
            "data":["yes","no"]
            """.Trim(), text, StringComparison.Ordinal);
        Assert.Contains("""
            "data":["yes"]
            """.Trim(), await mixed.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.StartsWith($"the body is not {encoding}", Error(await broken.Content.ReadAsStringAsync(Token)), StringComparison.Ordinal);
    }

    private static async Task<byte[]> Pack(byte[] body, string encoding)
    {
        var packed = new MemoryStream();
        await using (Stream packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await packer.WriteAsync(body, Token);
        return packed.ToArray();
    }

    [Fact]
    public async Task A_large_request_that_comes_in_pieces_is_read_whole()
    {
        const int rows = 100_000;
        var head = Encoding.UTF8.GetBytes($$$"""
            {"inputs":[
             {"name":"age","shape":[{{{rows}}},1],"datatype":"FP32","parameters":{"binary_data_size":{{{4 * rows}}}}},
             {"name":"member","shape":[{{{rows}}},1],"datatype":"FP32","parameters":{"binary_data_size":{{{4 * rows}}}}},
             {"name":"city","shape":[{{{rows}}},1],"datatype":"BYTES","parameters":{"binary_data_size":{{{8 * rows}}}}},
             {"name":"joined","shape":[{{{rows}}},1],"datatype":"INT64","parameters":{"binary_data_size":{{{8 * rows}}}}}],
             "outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}
            """);
        byte[] body = [
            .. head, .. Floats([.. Enumerable.Range(0, rows).Select(i => (float)(i % 100))]), .. Floats(new float[rows]), .. Texts([.. Enumerable.Repeat("rome", rows)]), .. new byte[8 * rows]];
        var content = new StreamContent(new MemoryStream(body)); // of no announced length: in chunks
        content.Headers.Add(HeaderLength, $"{head.Length}");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Model}/infer") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await Team.Http(Role.Viewer).SendAsync(request, Token);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Token);

        var probabilities = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(bytes.Length - 8 * rows)).ToArray();
        for (var row = 0; row < rows; row += 997)
            Assert.Equal(1 / (1 + Math.Exp(-(row % 100 / 10.0 + 1 - 4))), probabilities[2 * row + 1], 1e-4);
    }

    [Fact]
    public async Task A_version_is_asked_by_its_number_and_only_those_of_the_revision_are_there()
    {
        var other = await Seed.Make(Team);
        await Member.RegisterVersion(Seed.Model, new(other.Run), Token);
        await Member.Revise(Seed.Deployment, new([new(Seed.Model, 1, 99), new(Seed.Model, 2, 1)]), Token);

        var (_, second) = await Post($"{Model}/versions/2/infer", All("""{"inputs":INPUTS}"""));
        var (status, third) = await Post($"{Model}/versions/3/infer", All("""{"inputs":INPUTS}"""));

        Assert.Equal("2", (string)JsonNode.Parse(second)!["model_version"]!);
        Assert.Equal((404, $"Request for unknown model: '{Seed.Deployment}' version 3 is not found; revision 2 has 1, 2"), (status, Error(third)));
    }

    [Fact]
    public async Task A_request_is_answered_after_others_that_failed_on_the_same_connection()
    {
        using var http = Team.Http(Role.Viewer);
        for (var i = 0; i < 20; i++)
        {
            using var refused = await http.PostAsync($"{Model}/infer", Bare(Encoding.UTF8.GetBytes($$"""{"inputs":[{{new string(' ', 10_000)}}]}""")), Token);
            using var unknown = await http.PostAsync("v2/models/nothing/infer", Bare(new byte[20_000]), Token);
            using var answered = await http.PostAsync($"{Model}/infer", Bare(Encoding.UTF8.GetBytes(All("""{"inputs":INPUTS}"""))), Token);

            Assert.Equal((400, 404, 200), ((int)refused.StatusCode, (int)unknown.StatusCode, (int)answered.StatusCode));
        }
    }
}
