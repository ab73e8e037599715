// Refuses a JSON body that announces more than is allowed, after reading it to its end: the server's own limit cuts the
// connection while the client is still sending, and many a client then never sees the answer.
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace MaaS.Api.Problems;

internal static class BodyLimit
{
    // Whoever sends more than this gets no such courtesy.
    private const long MostDrained = 64L << 20;

    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        var unlimited = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is { MaxRequestBodySize: null };
        if (unlimited || context.Request.ContentLength is not <= MostDrained || context.Request.ContentLength <= Limits.Of(context))
        {
            await next(context);
            return;
        }
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostDrained;
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
    });
}
