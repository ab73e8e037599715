// Ten thousand requests that were good ones before somebody changed them at random: JSON, JSON with tensors behind it, gRPC. Whatever they
// have become, the answer is a refusal or an answer, never a failure of the server's own, and nothing is left behind in its memory.
using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf;
using MaaS.Api.Inference.OpenInference.Grpc;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class FuzzTests(ApiServer api) : OpenInferenceTest(api)
{
    private const int Requests = 10_000, Callers = 4;
    private const double MoreMegabytes = 300;

    // Where a change is likeliest to find something: sizes, counts, ends of things.
    private static readonly string[] s_nasty =
        ["-1", "0", "1e400", "NaN", "9223372036854775807", "18446744073709551616", "[[[[[[[[", "]", "{", "\"", "\\ud800", "\0", "null", "\"shape\":[]", "\"shape\":[2147483647,2147483647]", "\"binary_data_size\":-5"];

    [Fact]
    public async Task No_mutated_request_makes_the_server_fail_or_keeps_its_memory()
    {
        Assert.Equal(200, (await Infer(All("""{"inputs":INPUTS}"""))).Status);
        var before = ServerMegabytes();

        var failures = await Task.WhenAll(Enumerable.Range(0, Callers).Select(Ask));

        Assert.Empty(failures.SelectMany(own => own).Take(3));
        Assert.Equal(200, (await Infer(All("""{"inputs":INPUTS}"""))).Status);
        Assert.InRange(ServerMegabytes(), 0, before + MoreMegabytes);
    }

    /// <returns>What failed, and the request that made it.</returns>
    private async Task<List<string>> Ask(int caller)
    {
        using var http = Team.Http(Role.Viewer);
        using var grpc = new HttpClient { BaseAddress = Api.GrpcAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        grpc.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        var (random, failures) = (new Random(caller), new List<string>());
        for (var i = 0; i < Requests / Callers; i++)
        {
            var body = (i % 3) switch { 0 => Mutated(Json(), random), 1 => Mutated(Binary(), random), _ => Mutated(Message(), random) };
            if (await (i % 3 == 2 ? Grpc(grpc, body, random) : Http(http, body, i % 3 == 1 ? random : null)) is { } failure)
                failures.Add($"{failure}: {Convert.ToBase64String(body)}");
        }
        return failures;
    }

    private async Task<string?> Http(HttpClient http, byte[] body, Random? random)
    {
        var content = Bare(body);
        if (random is not null)
            content.Headers.Add(HeaderLength, random.Next(4) > 0 ? $"{HeadLength}" : s_nasty[random.Next(5)]);
        using var answer = await http.PostAsync($"{Model}/infer", content, Token);
        return (int)answer.StatusCode < 500 ? null : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}";
    }

    private async Task<string?> Grpc(HttpClient http, byte[] message, Random random)
    {
        var length = random.Next(8) > 0 ? message.Length : random.Next(2 * message.Length + 1);
        var content = new ByteArrayContent([(byte)(random.Next(20) == 0 ? 1 : 0), (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. message]);
        content.Headers.ContentType = new("application/grpc");
        using var answer = await http.PostAsync("inference.GRPCInferenceService/ModelInfer", content, Token);
        await answer.Content.ReadAsByteArrayAsync(Token);
        var status = (answer.TrailingHeaders.TryGetValues("grpc-status", out var found) || answer.Headers.TryGetValues("grpc-status", out found) ? found : []).FirstOrDefault() ?? "none";
        return answer.IsSuccessStatusCode && status is not ("none" or "2" or "13" or "14") ? null : $"{(int)answer.StatusCode}, grpc-status {status}";
    }

    private static string BinaryHead => """
        {"inputs":[{"name":"age","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":4}},{"name":"member","shape":[1,1],"datatype":"FP32","data":[1]},
        {"name":"city","shape":[1,1],"datatype":"BYTES","parameters":{"binary_data_size":8}},{"name":"joined","shape":[1,1],"datatype":"INT64","data":[0]}],"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}
        """;

    private static int HeadLength => BinaryHead.Length;

    private static byte[] Json() => Encoding.UTF8.GetBytes(All("""{"id":"7","inputs":INPUTS,"outputs":[{"name":"label"},{"name":"probabilities","parameters":{"classification":1}}],"parameters":{"priority":2}}"""));

    private static byte[] Binary() => [.. Encoding.UTF8.GetBytes(BinaryHead), .. Floats(50), .. Texts("oslo")];

    private byte[] Message()
    {
        var request = new ModelInferRequest { ModelName = Seed.Deployment, Id = "7" };
        foreach (var (name, type) in new[] { ("age", "FP32"), ("member", "FP32"), ("city", "BYTES"), ("joined", "INT64") })
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = type, Shape = { 1, 1 } });
        request.RawInputContents.AddRange(new[] { Floats(50), Floats(1), Texts("oslo"), BitConverter.GetBytes(0L) }.Select(ByteString.CopyFrom));
        return request.ToByteArray();
    }

    /// <summary>One to four changes: a bit, a piece cut out or said twice, an end too early, something nasty in between.</summary>
    private static byte[] Mutated(byte[] good, Random random)
    {
        var bytes = new List<byte>(good);
        for (var change = random.Next(4); change >= 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_nasty[random.Next(s_nasty.Length)])); break;
            }
        }
        return [.. bytes];
    }

    private double ServerMegabytes() => double.Parse(
        File.ReadLines($"/proc/{Api.ProcessId}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
