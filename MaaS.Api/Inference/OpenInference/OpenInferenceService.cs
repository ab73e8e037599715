// The gRPC service of the open protocol, but for ModelInfer, which InferGrpc answers before it comes here.
using Google.Protobuf;
using Grpc.Core;
using MaaS.Api.Inference.OpenInference.Grpc;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class OpenInferenceService(
    Admission admission, ModelDocuments documents, ModelRepository repository, InferGrpc infer, StartUp start, ILogger<OpenInferenceService> logger)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) => Task.FromResult(new ServerReadyResponse { Ready = start.IsDone });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) => Answer(context, Role.Viewer, async caller =>
        new ModelReadyResponse { Ready = await documents.Ready(caller, request.Name, Version(request.Version), context.CancellationToken) });

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) => Answer(context, Role.Viewer, _ =>
        Task.FromResult(new ServerMetadataResponse { Name = ModelDocuments.Server.Name, Version = ModelDocuments.Server.Version, Extensions = { ModelDocuments.Server.Extensions } }));

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) => Answer(context, Role.Viewer, async caller =>
        GrpcDocuments.Of(await documents.Metadata(caller, request.Name, Version(request.Version), context.CancellationToken)));

    public override Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context) => Answer(context, Role.Viewer, async caller =>
        GrpcDocuments.Of(await documents.Config(caller, request.Name, Version(request.Version), context.CancellationToken)));

    public override Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context) => Answer(context, Role.Viewer, async caller =>
        GrpcDocuments.Of(await documents.Statistics(caller, Version(request.Name), Version(request.Version), context.CancellationToken)));

    public override Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context) => Answer(context, Role.Viewer, async caller =>
        GrpcDocuments.Of(await repository.Index(caller, request.Ready, context.CancellationToken)));

    public override Task<RepositoryModelLoadResponse> RepositoryModelLoad(RepositoryModelLoadRequest request, ServerCallContext context) => Answer(context, Role.Admin, async caller =>
    {
        ModelRepository.Check(request.ModelName, request.Parameters.Keys);
        await repository.Load(caller, request.ModelName, context.CancellationToken);
        return new RepositoryModelLoadResponse();
    });

    public override Task<RepositoryModelUnloadResponse> RepositoryModelUnload(RepositoryModelUnloadRequest request, ServerCallContext context) => Answer(context, Role.Admin, async caller =>
    {
        await repository.Unload(caller, request.ModelName, context.CancellationToken);
        return new RepositoryModelUnloadResponse();
    });

    /// <summary>What is wrong with one request is told in its answer; the stream goes on.</summary>
    public override async Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requestStream, IServerStreamWriter<ModelStreamInferResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var exchange = InferExchange.Rent();
            try
            {
                var caller = await admission.Caller(Authorization(context), Role.Viewer, context.CancellationToken);
                var admitted = await infer.Infer(exchange, caller, context.RequestHeaders.GetValue(Sticky.Header.ToLowerInvariant()), request.ToByteArray(), context.CancellationToken);
                var reply = new System.Buffers.ArrayBufferWriter<byte>();
                InferReply.Write(exchange, admitted.Model.Tensors.Signature, reply);
                await responseStream.WriteAsync(new() { InferResponse = ModelInferResponse.Parser.ParseFrom(reply.WrittenSpan) }, context.CancellationToken);
                if (admitted.IsFollowed)
                    admitted.Follow(exchange.Call, exchange.RequestId(quoted: false));
            }
            catch (ServingError refused) when (refused.Status != ServingStatus.Unauthenticated)
            {
                await responseStream.WriteAsync(new() { ErrorMessage = refused.Message, InferResponse = new() { Id = request.Id } }, context.CancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException && !context.CancellationToken.IsCancellationRequested)
            {
                throw Refused(error, context.Method);
            }
            finally
            {
                exchange.Return();
            }
        }
    }

    private async Task<T> Answer<T>(ServerCallContext context, Role needed, Func<Caller, Task<T>> answer)
    {
        try
        {
            return await answer(await admission.Caller(Authorization(context), needed, context.CancellationToken));
        }
        catch (Exception error) when (error is not RpcException and not OperationCanceledException)
        {
            throw Refused(error, context.Method);
        }
    }

    private RpcException Refused(Exception error, string method)
    {
        if (error is ServingError refused)
            return new(new(GrpcStatus.Of(refused.Status), refused.Message));
        if (Outage.Is(error))
            return new(new(StatusCode.Unavailable, "the database does not answer at the moment; try again shortly."));
        logger.LogError(error, "Unexpected failure of {Method}", method);
        return new(new(StatusCode.Internal, "something went wrong on our side; it has been logged."));
    }

    private static string? Authorization(ServerCallContext context) => context.RequestHeaders.GetValue("authorization");

    private static string? Version(string text) => text.Length == 0 ? null : text;
}
