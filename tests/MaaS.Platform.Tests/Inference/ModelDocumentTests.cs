// What the open protocol tells of servers and models, to whom, and how deployments are turned on and off through it.
using System.Net;
using System.Text.Json.Nodes;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using MaaS.Inference;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class ModelDocumentTests(ApiServer api) : OpenInferenceTest(api)
{
    [Fact]
    public async Task Only_the_servers_own_health_is_anybodys_to_ask()
    {
        using var nobody = Api.Http(null);
        Assert.Equal("""{"live":true}""", await nobody.GetStringAsync("v2/health/live", Token));
        Assert.Equal("""{"ready":true}""", await nobody.GetStringAsync("v2/health/ready", Token));
        foreach (var path in new[] { "v2", "v2/models/stats", Model, $"{Model}/ready", $"{Model}/config", $"{Model}/stats", $"{Model}/versions/1" })
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await nobody.GetAsync(path, Token)).StatusCode));
        foreach (var path in new[] { $"{Model}/infer", "v2/repository/index", $"v2/repository/models/{Seed.Deployment}/load", $"v2/repository/models/{Seed.Deployment}/unload" })
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await nobody.PostAsync(path, null, Token)).StatusCode));
    }

    [Fact]
    public async Task A_deployment_says_what_it_takes_and_gives()
    {
        Assert.Equal((200, """{"name":"maas","version":"0.1.0","extensions":["binary_tensor_data","classification","model_configuration","model_repository","schedule_policy","statistics"]}"""), await Get("v2"));
        var metadata = $$"""
            {"name":"{{Seed.Deployment}}","versions":["1"],"platform":"onnxruntime_onnx","inputs":[{"name":"age","datatype":"FP32","shape":[-1,1]},{"name":"member","datatype":"FP32","shape":[-1,1]},{"name":"city","datatype":"BYTES","shape":[-1,1]},{"name":"joined","datatype":"INT64","shape":[-1,1]}],"outputs":[{"name":"label","datatype":"BYTES","shape":[-1]},{"name":"probabilities","datatype":"FP32","shape":[-1,2]}]}
            """.Trim();
        Assert.Equal((200, metadata), await Get(Model));
        Assert.Equal((200, metadata), await Get($"{Model}/versions/1"));
        Assert.Equal(404, (await Get($"{Model}/versions/2")).Status);
        Assert.Equal((200, $$"""{"name":"{{Seed.Deployment}}","ready":true}"""), await Get($"{Model}/ready"));
        Assert.Equal((400, """{"name":"nothing","ready":false}"""), await Get("v2/models/nothing/ready"));
    }

    [Fact]
    public async Task The_configuration_tells_how_requests_are_batched()
    {
        var plain = await Get($"{Model}/config");
        await Member.Revise(Seed.Deployment, new([new(Seed.Model, 1)], Batching: new(8, 2, 50, 4000)), Token);
        var batched = JsonNode.Parse((await Get($"{Model}/config")).Body)!;

        Assert.Equal((200, $$$$"""
            {"name":"{{{{Seed.Deployment}}}}","platform":"onnxruntime_onnx","backend":"onnxruntime","max_batch_size":1000000,"input":[{"name":"age","data_type":"TYPE_FP32","dims":[1]},{"name":"member","data_type":"TYPE_FP32","dims":[1]},{"name":"city","data_type":"TYPE_STRING","dims":[1]},{"name":"joined","data_type":"TYPE_INT64","dims":[1]}],"output":[{"name":"label","data_type":"TYPE_STRING","dims":[]},{"name":"probabilities","data_type":"TYPE_FP32","dims":[2]}],"instance_group":[{"kind":"{{{{Kind}}}}","count":1}],"parameters":{"execution_provider":{"string_value":"auto"}}}
            """.Trim()), plain);
        Assert.Equal(
            """{"preferred_batch_size":[8],"max_queue_delay_microseconds":2000,"priority_levels":5,"default_priority_level":3,"default_queue_policy":{"default_timeout_microseconds":4000000,"allow_timeout_override":true,"max_queue_size":50}}""",
            batched["dynamic_batching"]!.ToJsonString());
    }

    /// <summary>The server's process is of the same build.</summary>
    private static string Kind => Cuda.Missing is null ? "KIND_GPU" : "KIND_CPU";

    [Fact]
    public async Task Statistics_count_requests_rows_and_runs()
    {
        for (var i = 0; i < 3; i++)
            await Infer(All("""{"inputs":INPUTS}"""));
        await Infer("{}");
        var (_, body) = await Get($"{Model}/stats");
        var one = JsonNode.Parse(body)!["model_stats"]!.AsArray().Single()!;
        var all = JsonNode.Parse((await Get("v2/models/stats")).Body)!["model_stats"]!.AsArray();

        Assert.Equal((Seed.Deployment, "1", 6, 3), ((string)one["name"]!, (string)one["version"]!, (int)one["inference_count"]!, (int)one["execution_count"]!));
        Assert.Equal((3, 1, 3), (Count("success"), Count("fail"), Count("queue")));
        Assert.Equal((2, 3), ((int)one["batch_stats"]![0]!["batch_size"]!, (int)one["batch_stats"]![0]!["compute_infer"]!["count"]!));
        Assert.InRange((long)one["inference_stats"]!["compute_infer"]!["ns"]!, 1, (long)one["inference_stats"]!["success"]!["ns"]!);
        Assert.InRange((long)one["last_inference"]!, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal([Seed.Deployment], all.Select(model => (string)model!["name"]!));

        int Count(string what) => (int)one["inference_stats"]![what]!["count"]!;
    }

    [Fact]
    public async Task Metrics_have_a_port_of_their_own()
    {
        await Infer(All("""{"inputs":INPUTS}"""));
        using var http = new HttpClient { BaseAddress = Api.MetricsAddress };
        var text = await http.GetStringAsync("metrics", Token);
        var labels = $"model=\"{Seed.Deployment}\",version=\"1\",catalog_model=\"{Seed.Model}\",team=\"{Team.Id}\"";

        Assert.Contains($"\nnv_inference_request_success{{{labels}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"\nnv_inference_count{{{labels}}} 2\n", text, StringComparison.Ordinal);
        foreach (var part in new[] { "request", "queue", "compute_infer" })
            Assert.Contains($"\nnv_inference_{part}_duration_ms_bucket{{{labels},le=\"+Inf\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"\nmaas_run_rows_bucket{{{labels},le=\"1\"}} 0\nmaas_run_rows_bucket{{{labels},le=\"2\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"\nmaas_run_rows_sum{{{labels}}} 2\n", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("v2/health/live", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Api.Http(null).GetAsync("metrics", Token)).StatusCode);
    }

    [Fact]
    public async Task To_load_is_to_resume_and_to_unload_is_to_pause_and_only_admins_may()
    {
        var paused = (await Post($"v2/repository/models/{Seed.Deployment}/unload", "", Role.Member)).Status;
        var unloaded = await Post($"v2/repository/models/{Seed.Deployment}/unload", """{"parameters":{"unload_dependents":true}}""", Role.Admin);
        var state = (await Member.Deployment(Seed.Deployment, Token)).State;
        var index = await Post("v2/repository/index", "");
        var ready = await Post("v2/repository/index", """{"ready":true}""");
        var refused = await Post($"v2/repository/models/{Seed.Deployment}/load", """{"parameters":{"config":"{}"}}""", Role.Admin);
        var missing = await Post("v2/repository/models/nothing/load", "", Role.Admin);
        var nothing = await Post("v2/repository/models/Not%20a%20name/unload", "", Role.Admin);
        var loaded = await Post($"v2/repository/models/{Seed.Deployment}/load", "", Role.Admin);

        Assert.Equal(403, paused);
        Assert.Equal((200, ""), unloaded);
        Assert.Equal(DeploymentState.Paused, state);
        Assert.Equal((200, $$"""[{"name":"{{Seed.Deployment}}","version":"1","state":"UNAVAILABLE","reason":"paused"}]"""), index);
        Assert.Equal((200, "[]"), ready);
        Assert.Equal((400, $"failed to load '{Seed.Deployment}': the parameter 'config' is not taken; a deployment serves versions of the catalog."), (refused.Status, Error(refused.Body)));
        Assert.Equal((404, "failed to load 'nothing': there is no such deployment in this team."), (missing.Status, Error(missing.Body)));
        Assert.Equal((404, "failed to unload 'Not a name': there is no such deployment in this team."), (nothing.Status, Error(nothing.Body)));
        Assert.Equal((200, ""), loaded);
        Assert.Equal((200, $$"""[{"name":"{{Seed.Deployment}}","version":"1","state":"READY","reason":""}]"""), await Post("v2/repository/index", ""));
        Assert.Equal(["resumed", "paused"], (await Admin.Audit(token: Token)).Items.Where(audited => audited.NounName == Seed.Deployment).Select(audited => audited.Action));
    }

    [Fact]
    public async Task A_foreign_teams_deployment_does_not_exist()
    {
        var ours = await TestTeam.Create(Api, $"another {Guid.NewGuid()}");
        using var http = ours.Http(Role.Admin);
        foreach (var path in new[] { Model, $"{Model}/config", $"{Model}/stats", $"{Model}/versions/1" })
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await http.GetAsync(path, Token)).StatusCode));
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync($"{Model}/ready", Token)).StatusCode);
        foreach (var action in new[] { "load", "unload" })
            Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync($"v2/repository/models/{Seed.Deployment}/{action}", null, Token)).StatusCode);
        Assert.Equal("[]", await (await http.PostAsync("v2/repository/index", null, Token)).Content.ReadAsStringAsync(Token));
        Assert.Equal("""{"model_stats":[]}""", await http.GetStringAsync("v2/models/stats", Token));
    }
}
