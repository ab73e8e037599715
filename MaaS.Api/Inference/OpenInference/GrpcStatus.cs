// The statuses of refusals as gRPC counts them.
using Grpc.Core;

namespace MaaS.Api.Inference.OpenInference;

internal static class GrpcStatus
{
    public static StatusCode Of(ServingStatus status) => status switch
    {
        ServingStatus.Unauthenticated => StatusCode.Unauthenticated,
        ServingStatus.Forbidden => StatusCode.PermissionDenied,
        ServingStatus.NotFound => StatusCode.NotFound,
        ServingStatus.TooMany or ServingStatus.TooLarge => StatusCode.ResourceExhausted,
        ServingStatus.Unavailable => StatusCode.Unavailable,
        ServingStatus.Unsupported => StatusCode.Unimplemented,
        ServingStatus.Internal => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };
}
