// The sizes a request may have; uploads alone are bounded by their team's quota instead.
using Microsoft.AspNetCore.Http.Metadata;

namespace MaaS.Api;

internal static class Limits
{
    public const int JsonBytes = 4 * 1024 * 1024;

    /// <summary>A request for predictions may carry pictures in Base64, which is a third longer than the picture.</summary>
    public const int PredictionBytes = 16 * 1024 * 1024;

    /// <summary>What the request at hand may have.</summary>
    public static long Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? JsonBytes;

    /// <summary>Items of one page.</summary>
    public const int PageItems = 200;

    /// <summary>Lines of one page of a log.</summary>
    public const int PageLines = 1000;
}
