// What a test of safe revisions starts from: a deployment of version 1, further versions of the same model, and all ways to ask.
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using MaaS.Api.Inference.OpenInference.Grpc;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public abstract class RolloutTest(ApiServer api) : OpenInferenceTest(api)
{
    /// <summary>Answers who is fifty "no", where version 1 says "yes".</summary>
    protected const float Contrary = 9;

    protected static PredictRequest Fifty { get; } = new(TestPackage.Rows("""{"age":50,"member":true,"city":"oslo","joined":"1970-01-01"}"""));

    protected static PredictRequest Wrong { get; } = new(TestPackage.Rows("""{"age":"old"}"""));

    /// <summary>Registers another version of the deployed model.</summary>
    /// <returns>Its number.</returns>
    protected async Task<int> Another(float less = 4, ModelTask task = ModelTask.TabularClassification) =>
        (await Member.RegisterVersion(Seed.Model, new((await Seed.Make(Team, less: less, task: task)).Run), Token)).Number;

    protected IReadOnlyList<TrafficShare> All(int version) => [new(Seed.Model, version)];

    protected Task Revise(IReadOnlyList<TrafficShare> traffic, Shadow? shadow = null, Guard? guard = null, Batching? batching = null) =>
        Member.Revise(Seed.Deployment, new(traffic, null, batching, shadow, guard), Token);

    protected async Task<RevisionView> Newest() => (await Member.Deployment(Seed.Deployment, Token)).Revision;

    protected async Task<string> Predict(MaaSClient? client = null, string? stickyKey = null) =>
        (await (client ?? Member).Predict(Seed.Deployment, Fifty, Token, stickyKey)).Predictions[0].Label!;

    protected MaaSClient MemberOf(ApiServer server) => server.Client(Team.Secrets[Role.Member]);

    /// <summary>The same inputs over gRPC.</summary>
    /// <returns>The version that answered.</returns>
    protected async Task<string> Grpc(string? stickyKey = null) => (await AskGrpc(stickyKey)).ModelVersion;

    /// <returns>What the answer is called.</returns>
    protected async Task<string> GrpcId() => (await AskGrpc(null)).Id;

    private async Task<ModelInferResponse> AskGrpc(string? stickyKey)
    {
        using var channel = GrpcChannel.ForAddress(Api.GrpcAddress);
        var request = new ModelInferRequest { ModelName = Seed.Deployment };
        request.Inputs.Add(Input("age", "FP32", contents => contents.Fp32Contents.Add(50)));
        request.Inputs.Add(Input("member", "FP32", contents => contents.Fp32Contents.Add(1)));
        request.Inputs.Add(Input("city", "BYTES", contents => contents.BytesContents.Add(Google.Protobuf.ByteString.CopyFromUtf8("oslo"))));
        request.Inputs.Add(Input("joined", "INT64", contents => contents.Int64Contents.Add(0)));
        var metadata = new Metadata { { "authorization", $"Bearer {Team.Secrets[Role.Viewer]}" } };
        if (stickyKey is not null)
            metadata.Add(Sticky.Header, stickyKey);
        return await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(request, metadata, cancellationToken: Token);
    }

    protected static async Task Until(Func<Task<bool>> isSo)
    {
        // A busy machine takes its time; what does not come at all must not hold up the others.
        for (var began = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(50, Token))
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1), "It did not come about within a minute.");
    }

    private static ModelInferRequest.Types.InferInputTensor Input(string name, string datatype, Action<InferTensorContents> fill)
    {
        var input = new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = datatype, Contents = new() };
        input.Shape.AddRange([1, 1]);
        fill(input.Contents);
        return input;
    }
}
