// The open protocol over gRPC, with the client that is generated from its .proto.
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using MaaS.Api.Inference.OpenInference.Grpc;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class GrpcTests(ApiServer api) : OpenInferenceTest(api)
{
    [Fact]
    public async Task Typed_contents_are_answered_with_raw_ones()
    {
        using var channel = Channel();
        var answer = await Client(channel).ModelInferAsync(Typed("age", "member", "city", "joined"), As(Role.Viewer), cancellationToken: Token);

        Assert.Equal((Seed.Deployment, "1", "é 1"), (answer.ModelName, answer.ModelVersion, answer.Id));
        Assert.Equal(["label BYTES 2", "probabilities FP32 2 2"], answer.Outputs.Select(output => $"{output.Name} {output.Datatype} {string.Join(' ', output.Shape)}"));
        Assert.Equal(Texts("yes", "no"), answer.RawOutputContents[0].ToByteArray());
        Assert.Equal([0.2689f, 0.7311f, 0.7311f, 0.2689f], Numbers(answer.RawOutputContents[1]));
    }

    [Fact]
    public async Task Raw_contents_go_with_the_inputs_in_their_order_and_only_the_outputs_asked_for_come_back()
    {
        using var channel = Channel();
        var request = Typed("city", "joined", "age", "member");
        foreach (var input in request.Inputs)
            input.Contents = null;
        request.RawInputContents.AddRange(new[]
        {
            Texts("oslo", ""), [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes(long.MinValue)], Floats(50, float.NaN), Floats(1, 0),
        }.Select(ByteString.CopyFrom));
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "probabilities", Parameters = { ["classification"] = new() { Int64Param = 1 } } });
        request.Parameters["priority"] = new() { Uint64Param = 1 };
        var answer = await Client(channel).ModelInferAsync(request, As(Role.Viewer), DateTime.UtcNow.AddMinutes(1), Token);

        Assert.Equal(["probabilities BYTES 2 1"], answer.Outputs.Select(output => $"{output.Name} {output.Datatype} {string.Join(' ', output.Shape)}"));
        Assert.Contains(":1:yes", answer.RawOutputContents.Single().ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_with_grpcs_own_status()
    {
        using var channel = Channel();
        var client = Client(channel);
        var foreign = await TestTeam.Create(Api, $"another {Guid.NewGuid()}");

        Assert.Equal((StatusCode.Unauthenticated, "send a session token or an API key that is known, unexpired and not revoked: \"Authorization: Bearer ...\"."), await Refused(Typed("age"), []));
        Assert.Equal((StatusCode.NotFound, $"Request for unknown model: '{Seed.Deployment}' is not found"), await Refused(Typed("age"), new() { { "authorization", $"Bearer {foreign.Secrets[Role.Admin]}" } }));
        Assert.Equal((StatusCode.InvalidArgument, $"expected 4 inputs but got 1 inputs for model '{Seed.Deployment}'; it takes 'age', 'member', 'city', 'joined'."), await Wrong(Typed("age")));
        Assert.Equal("input 'age' is given twice", (await Wrong(Typed("age", "age"))).Item2[..26]);
        var request = Typed("age");
        request.Inputs[0].Datatype = "FP64";
        Assert.Equal($"inference input 'age' data-type is 'FP64', but model '{Seed.Deployment}' expects 'FP32'.", (await Wrong(request)).Item2);
        request = Typed("age");
        request.Inputs[0].Contents = new() { Int64Contents = { 1, 2 } };
        Assert.Equal("the contents of input 'age' are in field 3; FP32 goes into field 6, or as bytes into 'raw_input_contents'.", (await Wrong(request)).Item2);
        request = Typed("age");
        request.RawInputContents.Add(ByteString.CopyFrom(1));
        Assert.Equal("input 'age' has contents, and there are 'raw_input_contents' too; send one of them.", (await Wrong(request)).Item2);
        request.Inputs[0].Contents = null;
        Assert.Equal("input 'age' has 1 bytes of data, but its shape takes 8.", (await Wrong(request)).Item2);
        request.RawInputContents.Clear();
        Assert.Equal("input 'age' has neither contents nor an entry in 'raw_input_contents'.", (await Wrong(request)).Item2);
        request = Typed("age");
        request.Outputs.AddRange([new() { Name = "label" }, new() { Name = "label" }]);
        Assert.Equal($"output 'label' of model '{Seed.Deployment}' is asked for twice.", (await Wrong(request)).Item2);
        request.Outputs.Clear();
        request.Inputs[0].Shape[0] = -1;
        Assert.Equal("Unable to parse 'shape': each dimension must be a whole number from 0 up.", (await Wrong(request)).Item2);

        async Task<(StatusCode, string)> Refused(ModelInferRequest sent, Metadata headers)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(sent, headers, cancellationToken: Token));
            return (refused.StatusCode, refused.Status.Detail);
        }

        Task<(StatusCode, string)> Wrong(ModelInferRequest sent) => Refused(sent, As(Role.Viewer));
    }

    [Fact]
    public async Task A_stream_answers_in_order_and_goes_on_after_an_error()
    {
        using var channel = Channel();
        using var stream = Client(channel).ModelStreamInfer(As(Role.Viewer), cancellationToken: Token);
        foreach (var inputs in new[] { new[] { "age", "member", "city", "joined" }, ["age"], ["joined", "city", "member", "age"] })
            await stream.RequestStream.WriteAsync(Typed(inputs), Token);
        await stream.RequestStream.CompleteAsync();
        var answers = await stream.ResponseStream.ReadAllAsync(Token).ToListAsync(Token);

        Assert.Equal(["", "expected 4 inputs but got 1", ""], answers.Select(answer => answer.ErrorMessage[..Math.Min(27, answer.ErrorMessage.Length)]));
        Assert.Equal([2, 0, 2], answers.Select(answer => answer.InferResponse.RawOutputContents.Count));
        Assert.Equal(["é 1", "é 1", "é 1"], answers.Select(answer => answer.InferResponse.Id));
    }

    [Fact]
    public async Task A_message_of_a_stream_may_be_as_large_as_a_single_one()
    {
        using var channel = Channel();
        using var stream = Client(channel).ModelStreamInfer(As(Role.Viewer), cancellationToken: Token);
        var request = Typed("age", "member", "city", "joined");
        request.Inputs[2].Contents.BytesContents[0] = ByteString.CopyFromUtf8(new string('x', 5 << 20));
        await stream.RequestStream.WriteAsync(request, Token);
        await stream.RequestStream.CompleteAsync();

        Assert.Equal([2], await stream.ResponseStream.ReadAllAsync(Token).Select(answer => answer.InferResponse.RawOutputContents.Count).ToListAsync(Token));
    }

    [Fact]
    public async Task Documents_and_the_repository_are_the_same_as_over_http()
    {
        using var channel = Channel();
        var client = Client(channel);
        var metadata = await client.ModelMetadataAsync(new() { Name = Seed.Deployment }, As(Role.Viewer), cancellationToken: Token);
        var config = (await client.ModelConfigAsync(new() { Name = Seed.Deployment }, As(Role.Viewer), cancellationToken: Token)).Config;
        await client.ModelInferAsync(Typed("age", "member", "city", "joined"), As(Role.Viewer), cancellationToken: Token);
        var statistics = (await client.ModelStatisticsAsync(new() { Name = Seed.Deployment }, As(Role.Viewer), cancellationToken: Token)).ModelStats.Single();
        var forbidden = await Assert.ThrowsAsync<RpcException>(async () => await client.RepositoryModelUnloadAsync(new() { ModelName = Seed.Deployment }, As(Role.Member), cancellationToken: Token));
        await client.RepositoryModelUnloadAsync(new() { ModelName = Seed.Deployment }, As(Role.Admin), cancellationToken: Token);
        var index = await client.RepositoryIndexAsync(new(), As(Role.Viewer), cancellationToken: Token);
        var ready = await client.ModelReadyAsync(new() { Name = Seed.Deployment }, As(Role.Viewer), cancellationToken: Token);
        await client.RepositoryModelLoadAsync(new() { ModelName = Seed.Deployment }, As(Role.Admin), cancellationToken: Token);

        Assert.Equal(["age FP32 -1 1", "member FP32 -1 1", "city BYTES -1 1", "joined INT64 -1 1"], metadata.Inputs.Select(input => $"{input.Name} {input.Datatype} {string.Join(' ', input.Shape)}"));
        Assert.Equal((1000000, DataType.TypeString, 1L), (config.MaxBatchSize, config.Input[2].DataType, config.Input[2].Dims.Single()));
        Assert.Equal((2UL, 1UL, 1UL), (statistics.InferenceCount, statistics.ExecutionCount, statistics.InferenceStats.Success.Count));
        Assert.Equal(StatusCode.PermissionDenied, forbidden.StatusCode);
        Assert.Equal([(Seed.Deployment, "1", "UNAVAILABLE", "paused")], index.Models.Select(model => (model.Name, model.Version, model.State, model.Reason)));
        Assert.False(ready.Ready);
        Assert.True((await client.ModelReadyAsync(new() { Name = Seed.Deployment }, As(Role.Viewer), cancellationToken: Token)).Ready);
    }

    [Fact]
    public async Task Health_is_anybodys_to_ask_and_the_rest_is_not()
    {
        using var channel = Channel();
        var client = Client(channel);
        Assert.True((await client.ServerLiveAsync(new(), cancellationToken: Token)).Live);
        Assert.True((await client.ServerReadyAsync(new(), cancellationToken: Token)).Ready);
        var health = new Health.HealthClient(channel);
        foreach (var service in new[] { "", "inference.GRPCInferenceService" })
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new() { Service = service }, cancellationToken: Token)).Status);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new() { Service = "x" }, cancellationToken: Token))).StatusCode);
        using var watch = health.Watch(new(), cancellationToken: Token);
        await watch.ResponseStream.MoveNext(Token);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);

        foreach (var call in new Func<Metadata, Task>[]
        {
            async headers => await client.ServerMetadataAsync(new(), headers, cancellationToken: Token),
            async headers => await client.ModelMetadataAsync(new() { Name = Seed.Deployment }, headers, cancellationToken: Token),
            async headers => await client.RepositoryIndexAsync(new(), headers, cancellationToken: Token),
            async headers => await Services(channel, headers),
        })
            Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => call([]))).StatusCode);
        Assert.Equal(["grpc.health.v1.Health", "inference.GRPCInferenceService"], (await Services(channel, As(Role.Viewer))).Where(name => !name.Contains("reflection", StringComparison.Ordinal)).Order());
    }

    private static async Task<IReadOnlyList<string>> Services(GrpcChannel channel, Metadata headers)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(headers, cancellationToken: Token);
        await call.RequestStream.WriteAsync(new() { ListServices = "" }, Token);
        await call.ResponseStream.MoveNext(Token);
        return [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)];
    }

    private ModelInferRequest Typed(params string[] names)
    {
        var request = new ModelInferRequest { ModelName = Seed.Deployment, Id = "é 1" };
        foreach (var name in names)
            request.Inputs.Add(name switch
            {
                "age" => Tensor(name, "FP32", new() { Fp32Contents = { 50, float.NaN } }),
                "member" => Tensor(name, "FP32", new() { Fp32Contents = { 1, 0 } }),
                "city" => Tensor(name, "BYTES", new() { BytesContents = { ByteString.CopyFromUtf8("oslo"), ByteString.Empty } }),
                _ => Tensor(name, "INT64", new() { Int64Contents = { 0, long.MinValue } }),
            });
        return request;

        static ModelInferRequest.Types.InferInputTensor Tensor(string name, string type, InferTensorContents contents) =>
            new() { Name = name, Datatype = type, Shape = { 2, 1 }, Contents = contents };
    }

    private GrpcChannel Channel() => GrpcChannel.ForAddress(Api.GrpcAddress);

    private static GRPCInferenceService.GRPCInferenceServiceClient Client(GrpcChannel channel) => new(channel);

    private Metadata As(Role role) => new() { { "authorization", $"Bearer {Team.Secrets[role]}" } };

    private static float[] Numbers(ByteString bytes) => Rounded(MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray());
}
