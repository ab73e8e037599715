// A caller that goes away takes its request along, whichever protocol it came by.
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using MaaS.Api.Inference.OpenInference.Grpc;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class LeavingTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task What_waits_for_a_caller_that_has_gone_is_not_computed()
    {
        await Revise(All(1), batching: new(8, 1000)); // each request waits a second for company
        using var leaving = new CancellationTokenSource();
        using var channel = GrpcChannel.ForAddress(Api.GrpcAddress);
        var asked = new Task[]
        {
            Member.Predict(Seed.Deployment, Fifty, leaving.Token),
            Team.Http(Role.Viewer).PostAsync($"{Model}/infer", Bare(Encoding.UTF8.GetBytes(All("""{"inputs":INPUTS}"""))), leaving.Token),
            new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(
                Message(), new Metadata { { "authorization", $"Bearer {Team.Secrets[Role.Viewer]}" } }, cancellationToken: leaving.Token).ResponseAsync,
        };
        await Until(async () => await Metric("nv_inference_pending_request_count") == 3);
        await leaving.CancelAsync();
        foreach (var one in asked)
            await Assert.ThrowsAnyAsync<Exception>(() => one);

        await Until(async () => await Metric("nv_inference_pending_request_count") == 0);
        Assert.Equal(3, await Metric("nv_inference_request_failure", ",reason=\"CANCELED\""));
        Assert.Equal(0, await Metric("nv_inference_exec_count"));
    }

    private ModelInferRequest Message()
    {
        var request = new ModelInferRequest { ModelName = Seed.Deployment };
        foreach (var (name, type, bytes) in new[] { ("age", "FP32", Floats(50)), ("member", "FP32", Floats(1)), ("city", "BYTES", Texts("oslo")), ("joined", "INT64", new byte[8]) })
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = type, Shape = { 1, 1 } });
            request.RawInputContents.Add(Google.Protobuf.ByteString.CopyFrom(bytes));
        }
        return request;
    }

    private async Task<long> Metric(string name, string more = "")
    {
        using var http = new HttpClient { BaseAddress = Api.MetricsAddress };
        var line = (await http.GetStringAsync("/metrics", Token)).Split('\n')
            .SingleOrDefault(found => found.StartsWith($"{name}{{model=\"{Seed.Deployment}\"", StringComparison.Ordinal) && found.Contains(more, StringComparison.Ordinal));
        return long.Parse(line?.Split(' ')[^1] ?? "-1", null);
    }
}
