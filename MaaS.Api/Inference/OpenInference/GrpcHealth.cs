// grpc.health.v1: whether the service may take traffic, for load balancers that speak gRPC. Anybody may ask.
using Grpc.Core;
using Grpc.Health.V1;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class GrpcHealth(StartUp start, TimeProvider clock) : Health.HealthBase
{
    private static readonly string[] s_services = ["", "inference.GRPCInferenceService"];
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => s_services.Contains(request.Service, StringComparer.Ordinal)
        ? Task.FromResult(new HealthCheckResponse { Status = Status() })
        : throw new RpcException(new(StatusCode.NotFound, $"there is no service \"{request.Service}\"."));

    /// <summary>Tells the status now, and again whenever it changes.</summary>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var known = s_services.Contains(request.Service, StringComparer.Ordinal);
        HealthCheckResponse.Types.ServingStatus? told = null;
        using var timer = new PeriodicTimer(s_round, clock);
        do
        {
            var now = known ? Status() : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (now != told)
                await responseStream.WriteAsync(new() { Status = now }, context.CancellationToken);
            told = now;
        }
        while (await timer.WaitForNextTickAsync(context.CancellationToken));
    }

    private HealthCheckResponse.Types.ServingStatus Status() =>
        start.IsDone ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing;
}
