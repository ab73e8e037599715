// The body of a request as one sequence of bytes: where the connection has put it, when it is plain; unpacked when it is packed.
using System.Buffers;
using System.IO.Pipelines;
using MaaS.Catalog;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Api.Inference.OpenInference;

internal readonly struct RequestBody(ReadOnlySequence<byte> bytes, PipeReader? lent)
{
    /// <summary>Of a request with tensors; packed or not.</summary>
    public const int MostBytes = 64 << 20;

    /// <summary>More takes too long to read for a thread that serves other connections: a JSON of this size some 0.3 ms.</summary>
    public const int QuickBytes = 64 << 10;

    // Whoever announces up to so much is listened to before he is refused: many a client reads no answer before it has sent everything.
    private const int MostDrained = 4 * MostBytes;

    public ReadOnlySequence<byte> Bytes => bytes;

    /// <summary>Hands the connection its memory back.</summary>
    public void Done() => lent?.AdvanceTo(bytes.End);

    /// <exception cref="ServingError">It is too large, packed in an unknown way, or ends early.</exception>
    public static async ValueTask<RequestBody> Read(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength is null or > Limits.JsonBytes)
            await Allow(context);
        var body = (await request.BodyReader.ReadAtLeastAsync((int)(request.ContentLength ?? MostBytes), CancellationToken.None)).Buffer;
        var encoding = request.Headers.ContentEncoding;
        if (body.Length > QuickBytes || encoding.Count > 0)
            await PoolThreads.Enter();
        if (encoding.Count == 0 || encoding.ToString() is "" or "identity")
            return new(body, request.BodyReader);
        try
        {
            return new(new(Unpacking.Unpack(encoding.ToString(), body, "the body")), null);
        }
        finally
        {
            request.BodyReader.AdvanceTo(body.End);
        }
    }

    private static async Task Allow(HttpContext context)
    {
        var limit = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        limit.MaxRequestBodySize = MostBytes;
        if (context.Request.ContentLength is not (> MostBytes and var announced))
            return;
        limit.MaxRequestBodySize = MostDrained;
        if (announced <= MostDrained)
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        throw TooLarge();
    }

    public static ServingError TooLarge() => new(ServingStatus.TooLarge, $"the body is larger than the {MostBytes >> 20} MB that a request with tensors may have.");
}
