// What is wrong with a request is said in the protocol's own form: a status, and {"error": a sentence}.
using System.Text;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class InferErrorTests(ApiServer api) : OpenInferenceTest(api)
{
    private const string Rest = """
        {"name":"member","shape":[1,1],"datatype":"FP32","data":[1]},{"name":"city","shape":[1,1],"datatype":"BYTES","data":["rome"]},{"name":"joined","shape":[1,1],"datatype":"INT64","data":[0]}
        """;

    /// <summary>What is sent for the first input, and the error, in which MODEL stands for the deployment.</summary>
    public static TheoryData<string, string> FirstInputs => new()
    {
        { """{"shape":[1,1],"datatype":"FP32","data":[1]}""", "Unable to parse 'inputs': entry 0 has no 'name'." },
        { """{"name":"agee","shape":[1,1],"datatype":"FP32","data":[1]}""", "unexpected inference input 'agee' for model 'MODEL'; it takes 'age', 'member', 'city', 'joined'." },
        { """{"name":7,"shape":[1,1],"datatype":"FP32","data":[1]}""", "Unable to parse 'name': it must be a text." },
        { """{"name":"\ud800","shape":[1,1],"datatype":"FP32","data":[1]}""", "failed to parse the request JSON buffer: a text in it ends amid a character." },
        { """{"name":"age","shape":[1,1],"data":[1]}""", "Unable to parse 'datatype': input 'age' has none; model 'MODEL' takes it as FP32." },
        { """{"name":"age","shape":[1,1],"datatype":"FP31","data":[1]}""", "Unable to parse 'datatype': it must be one of BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES." },
        { """{"name":"age","shape":[1,1],"datatype":"FP64","data":[1]}""", "inference input 'age' data-type is 'FP64', but model 'MODEL' expects 'FP32'." },
        { """{"name":"age","datatype":"FP32","data":[1]}""", "Unable to parse 'shape': input 'age' has none; model 'MODEL' expects [-1,1]." },
        { """{"name":"age","shape":[1,2],"datatype":"FP32","data":[1,2]}""", "unexpected shape for input 'age' for model 'MODEL'. Expected [-1,1], got [1,2]." },
        { """{"name":"age","shape":[1],"datatype":"FP32","data":[1]}""", "unexpected shape for input 'age' for model 'MODEL'. Expected [-1,1], got [1]." },
        { """{"name":"age","shape":[-1,1],"datatype":"FP32","data":[1]}""", "Unable to parse 'shape': each dimension must be a whole number from 0 up." },
        { """{"name":"age","shape":[0,1],"datatype":"FP32","data":[]}""", "the inputs of model 'MODEL' have 0 and 1 rows; they must have as many as each other." },
        { """{"name":"age","shape":[2,1],"datatype":"FP32","data":[1,2]}""", "the inputs of model 'MODEL' have 2 and 1 rows; they must have as many as each other." },
        { """{"name":"age","shape":[9223372036854775807,1],"datatype":"FP32","data":[1]}""", "input 'age' has 1 elements of data, which its shape does not make up." },
        { """{"name":"age","shape":"1","datatype":"FP32","data":[1]}""", "Unable to parse 'shape': it must be an array." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32"}""", "input 'age' has neither 'data' nor the parameter 'binary_data_size'." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","data":1}""", "Unable to parse 'data': the data of input 'age' is 1; it must be an array." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","data":["x"]}""", "Unable to parse 'data': element 0 in the data of input 'age' is \"x\"; it must be a number that FP32 can hold, \"NaN\", \"Infinity\" or \"-Infinity\"." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","data":[1e40]}""", "Unable to parse 'data': element 0 in the data of input 'age' is 1e40; it must be a number that FP32 can hold, \"NaN\", \"Infinity\" or \"-Infinity\"." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","data":[{}]}""", "Unable to parse 'data': element 0 in the data of input 'age' is an object; it must be a number that FP32 can hold, \"NaN\", \"Infinity\" or \"-Infinity\"." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","data":[1,2]}""", "input 'age' has 2 elements of data, which its shape does not make up." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","data":[1],"parameters":{"binary_data_size":4}}""", "input 'age' has both 'data' and 'binary_data_size'; send one of them." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":4}}""", "input 'age' has a 'binary_data_size' of 4, but only 0 bytes are left behind the request." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":-1}}""", "Unable to parse 'binary_data_size': it must be a whole number from 0 to 2147483647." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","parameters":[]}""", "Unable to parse 'parameters': it must be an object." },
        { """{"name":"age","shape":[1,1],"datatype":"FP32","parameters":{"x":{}},"data":[1]}""", "Unable to parse 'parameters': each must be a text, a number, true or false." },
        { """{"name":"member","shape":[1,1],"datatype":"FP32","data":[1]}""", "input 'member' is given twice for model 'MODEL'." },
        { """[]""", "Unable to parse 'inputs': each entry must be an object." },
    };

    [Theory]
    [MemberData(nameof(FirstInputs))]
    public async Task An_input_that_does_not_fit_is_named_with_what_is_allowed(string input, string error)
    {
        var (status, body) = await Infer($$"""{"inputs":[{{input}},{{Rest}}]}""");

        Assert.Equal((400, error.Replace("MODEL", Seed.Deployment, StringComparison.Ordinal)), (status, Error(body)));
    }

    public static TheoryData<string, string> Requests => new()
    {
        { "", "failed to parse the request JSON buffer: it is not valid JSON at line 1, byte 1." },
        { "{", "failed to parse the request JSON buffer: it is not valid JSON at line 1, byte 2." },
        { "[]", "failed to parse the request JSON buffer: a request is an object." },
        { "{}{}", "failed to parse the request JSON buffer: it is not valid JSON at line 1, byte 3." },
        { "{}", "expected 4 inputs but got 0 inputs for model 'MODEL'; it takes 'age', 'member', 'city', 'joined'." },
        { """{"inputs":{}}""", "Unable to parse 'inputs': it must be an array." },
        { """{"inputs":INPUTS,"outputs":[{"name":"x"}]}""", "unexpected inference output 'x' for model 'MODEL'; it gives 'label', 'probabilities'." },
        { """{"inputs":INPUTS,"outputs":[{}]}""", "unexpected inference output '' for model 'MODEL'; it gives 'label', 'probabilities'." },
        { """{"inputs":INPUTS,"outputs":[{"name":"label","parameters":{"classification":1}}]}""", "output 'label' cannot be asked for by 'classification': it is not numbers of a fixed length a row." },
        { """{"inputs":INPUTS,"id":7}""", "Unable to parse 'id': it must be a text." },
        { """{"inputs":INPUTS,"parameters":{"priority":6}}""", "Unable to parse 'priority': it must be a whole number from 0 to 5." },
        { """{"inputs":INPUTS,"parameters":{"binary_data_output":1}}""", "Unable to parse 'binary_data_output': it must be true or false." },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_that_is_malformed_is_told_where(string request, string error)
    {
        var (status, body) = await Infer(All(request));

        Assert.Equal((400, error.Replace("MODEL", Seed.Deployment, StringComparison.Ordinal)), (status, Error(body)));
    }

    [Fact]
    public async Task Bytes_that_are_not_what_they_are_said_to_be_are_refused()
    {
        Assert.Equal("input 'age' has 5 bytes of data, but its shape takes 4.", await Refused("age", "FP32", 5, new byte[5]));
        Assert.Equal("input 'city' has 9 bytes that are not 1 texts, each with its length before it in four bytes.", await Refused("city", "BYTES", 9, [200, 0, 0, 0, 1, 2, 3, 4, 5]));
        Assert.Equal("input 'city' has 8 bytes that are not 1 texts, each with its length before it in four bytes.", await Refused("city", "BYTES", 8, Texts("", "")));
        Assert.Equal("3 bytes follow the request that no input has claimed with 'binary_data_size'.", await Refused("age", "FP32", 4, new byte[7]));
        Assert.Equal("Inference-Header-Content-Length is \"999999\"; it must be a number of bytes up to the 2 of the body.", await WithLength("999999"));
        Assert.Equal("Inference-Header-Content-Length is \"-1\"; it must be a number of bytes up to the 2 of the body.", await WithLength("-1"));
        Assert.Equal($"a raw binary request is for models with one input; model '{Seed.Deployment}' has 4.", await WithLength("0"));

        async Task<string> Refused(string name, string type, int bytes, byte[] data)
        {
            // The first thing that is wrong is said, so the other inputs need not be there.
            var (status, json, _) = await Infer(
                $$$"""{"inputs":[{"name":"{{{name}}}","shape":[1,1],"datatype":"{{{type}}}","parameters":{"binary_data_size":{{{bytes}}}}}]}""", data);
            Assert.Equal(400, status);
            return (string)json["error"]!;
        }

        async Task<string> WithLength(string length)
        {
            var content = Bare("{}"u8.ToArray());
            content.Headers.TryAddWithoutValidation(HeaderLength, length);
            using var answer = await Team.Http(Role.Viewer).PostAsync($"{Model}/infer", content, Token);
            return Error(await answer.Content.ReadAsStringAsync(Token));
        }
    }

    [Fact]
    public async Task The_protocols_statuses_are_kept()
    {
        using var large = await Team.Http(Role.Viewer).PostAsync($"{Model}/infer", Bare(new byte[(64 << 20) + 1]), Token);
        Assert.Equal((413, "the body is larger than the 64 MB that a request with tensors may have."), ((int)large.StatusCode, Error(await large.Content.ReadAsStringAsync(Token))));
        await Member.Pause(Seed.Deployment, Token);
        var broken = await Seed.Make(Team, broken: true);
        var foreign = await Seed.Make(await TestTeam.Create(Api, $"another {Guid.NewGuid()}"));

        Assert.Equal((503, $"'{Seed.Deployment}' is paused; resume it to get predictions."), await Refused(await Infer(All("""{"inputs":INPUTS}"""))));
        Assert.Equal((404, "Request for unknown model: 'nothing' is not found"), await Refused(await Post("v2/models/nothing/infer", "{}")));
        Assert.Equal((404, $"Request for unknown model: '{foreign.Deployment}' is not found"), await Refused(await Post($"v2/models/{foreign.Deployment}/infer", "{}")));
        Assert.Equal((405, $"GET /{Model}/infer is not a call of this protocol; the address takes POST."), await Refused(await Get($"{Model}/infer")));
        Assert.Equal((404, "there is nothing at /v2/moddels."), await Refused(await Get("v2/moddels")));
        var (status, error) = await Refused(await Post($"v2/models/{broken.Deployment}/infer", "{}"));
        Assert.Equal((503, true), (status, error.StartsWith($"failed to load version 1 of \"{broken.Model}\": ", StringComparison.Ordinal)));

        using var nobody = await Api.Http(null).PostAsync($"{Model}/infer", Bare(Encoding.UTF8.GetBytes("{}")), Token);
        Assert.Equal((401, "Bearer"), ((int)nobody.StatusCode, nobody.Headers.WwwAuthenticate.Single().Scheme));
        Assert.Equal("send a session token or an API key that is known, unexpired and not revoked: \"Authorization: Bearer ...\".", Error(await nobody.Content.ReadAsStringAsync(Token)));

        static Task<(int, string)> Refused((int Status, string Body) answer) => Task.FromResult((answer.Status, Error(answer.Body)));
    }
}
