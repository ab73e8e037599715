// ModelInfer over gRPC, on the bare HTTP/2 request: the protocol around it is a length before the message and a status behind it, and the
// generated classes would cost more than a tiny model does. All other calls of the service are OpenInferenceService's.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tensors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class InferGrpc(Admission admission, ILogger<InferGrpc> logger)
{
    public const string Path = "/inference.GRPCInferenceService/ModelInfer";

    private const int Prefix = 5; // whether it is packed, and four bytes of length

    private static readonly StringValues s_type = "application/grpc", s_fine = "0";

    public async Task Answer(HttpContext context)
    {
        var exchange = InferExchange.Rent();
        try
        {
            await Infer(context, exchange);
        }
        catch (ServingError refused)
        {
            Refuse(context, refused);
        }
        catch (BadHttpRequestException bad)
        {
            Refuse(context, new(ServingStatus.Invalid, bad.Message));
        }
        catch (Exception error) when (Outage.Is(error))
        {
            Refuse(context, new(ServingStatus.Unavailable, "the database does not answer at the moment; try again shortly."));
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            logger.LogError(error, "Unexpected failure of {Path}", Path);
            Refuse(context, new(ServingStatus.Internal, "something went wrong on our side; it has been logged."));
        }
        finally
        {
            exchange.Return();
        }
    }

    /// <summary>A message that is here already, as a stream of them brings it.</summary>
    /// <returns>Who answered, when it was answered: whoever looks at it is to be shown it when it is written.</returns>
    public async ValueTask<Admitted> Infer(InferExchange exchange, Caller caller, string? stickyKey, ReadOnlyMemory<byte> message, CancellationToken token)
    {
        var began = Stopwatch.GetTimestamp();
        using var stay = caller.Usage!.Enter();
        var (name, version) = InferMessage.Address(message);
        var admitted = await admission.Admit(caller, name, version, token, stickyKey);
        var (share, model) = (admitted.Share, admitted.Model);
        var (signature, queue) = (model.Tensors.Signature, share.Queue(model));
        share.Count.Begin();
        try
        {
            InferMessage.Read(exchange, signature, name, message);
            var outcome = queue.AskNow(exchange.Call) ?? await queue.Enqueue(exchange.Call, exchange.Timeout, token);
            if (outcome == CallOutcome.Unloaded)
                outcome = await admission.AskAgain(share, exchange.Call, exchange.Timeout, token);
            if (outcome != CallOutcome.Answered)
                throw Admission.Refuse(share, exchange.Call, outcome);
            Classification.Apply(exchange, signature, model.Manifest.Labels);
            if (share.Answers is { } answers)
            {
                exchange.Name(quoted: false);
                answers.Keep(exchange.RequestId(quoted: false), exchange.Call, model);
            }
            exchange.Length = InferReply.WriteHeader(exchange, name, share.VersionText, signature);
            share.Succeed(began, exchange.Call, model);
            return admitted;
        }
        catch (ServingError refused)
        {
            share.Fail(refused.Failure);
            throw;
        }
        finally
        {
            share.Count.End();
        }
    }

    private async ValueTask Infer(HttpContext context, InferExchange exchange)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || !context.Request.ContentType.AsSpan().StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
            throw new ServingError(ServingStatus.Invalid, "this address takes POST with the type application/grpc.");
        var caller = await admission.Caller(context.Request.Headers.Authorization, Role.Viewer, context.RequestAborted); // before anything is read for him
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = RequestBody.MostBytes + Prefix;
        exchange.Timeout = Deadline(context.Request.Headers["grpc-timeout"]);
        var reader = context.Request.BodyReader;
        var body = await Read(reader);
        try
        {
            if (body.Length > RequestBody.QuickBytes || body.FirstSpan[0] != 0)
                await PoolThreads.Enter();
            var admitted = await Infer(exchange, caller, context.Request.Headers[Sticky.Header], Message(context.Request, body, exchange), context.RequestAborted);
            Write(context.Response, exchange, admitted.Model.Tensors.Signature);
            if (admitted.IsFollowed)
            {
                await context.Response.CompleteAsync();
                admitted.Follow(exchange.Call, exchange.RequestId(quoted: false));
            }
        }
        finally
        {
            reader.AdvanceTo(body.End);
        }
    }

    private static async ValueTask<ReadOnlySequence<byte>> Read(PipeReader reader)
    {
        var got = (await reader.ReadAtLeastAsync(Prefix, CancellationToken.None)).Buffer;
        if (got.Length < Prefix)
            throw new ServingError(ServingStatus.Invalid, "there is no message.");
        var length = Length(got);
        if (length > RequestBody.MostBytes)
            throw new ServingError(ServingStatus.TooLarge, $"the message has {length} bytes; at most {RequestBody.MostBytes} are taken.");
        if (got.Length < Prefix + length)
        {
            reader.AdvanceTo(got.Start, got.End);
            got = (await reader.ReadAtLeastAsync((int)(Prefix + length), CancellationToken.None)).Buffer;
        }
        return got.Length >= Prefix + length ? got : throw new ServingError(ServingStatus.Invalid, "the message ends early.");
    }

    private static uint Length(in ReadOnlySequence<byte> body)
    {
        Span<byte> prefix = stackalloc byte[Prefix];
        body.Slice(0, Prefix).CopyTo(prefix);
        return BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
    }

    /// <summary>In one piece: where it lies, when it lies so.</summary>
    private static ReadOnlyMemory<byte> Message(HttpRequest request, in ReadOnlySequence<byte> body, InferExchange exchange)
    {
        var message = body.Slice(Prefix, Length(body));
        if (body.FirstSpan[0] != 0)
            return Unpacking.Unpack(request.Headers["grpc-encoding"].ToString(), message, "the message");
        if (message.IsSingleSegment)
            return message.First;
        foreach (var part in message)
            exchange.Message.Write(part.Span);
        return exchange.Message.WrittenMemory;
    }

    private static void Write(HttpResponse response, InferExchange exchange, GraphSignature signature)
    {
        response.Headers.ContentType = s_type;
        var to = response.BodyWriter;
        var prefix = to.GetSpan(Prefix);
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)exchange.Length);
        to.Advance(Prefix);
        InferReply.Write(exchange, signature, to);
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = s_fine;
    }

    private static void Refuse(HttpContext context, ServingError refused)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.Headers.ContentType = s_type;
        context.Response.Headers["grpc-status"] = $"{(int)GrpcStatus.Of(refused.Status)}";
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(refused.Message);
    }

    /// <summary>"100m" is a tenth of a second: up to eight digits, and H, M, S, m, u or n.</summary>
    private static TimeSpan? Deadline(StringValues header) =>
        header.Count == 1 && header[0] is { Length: > 1 and < 10 } text && uint.TryParse(text.AsSpan(0, text.Length - 1), out var count) ? text[^1] switch
        {
            'H' => TimeSpan.FromHours(count),
            'M' => TimeSpan.FromMinutes((double)count),
            'S' => TimeSpan.FromSeconds((double)count),
            'm' => TimeSpan.FromMilliseconds((double)count),
            'u' => TimeSpan.FromMicroseconds((double)count),
            'n' => TimeSpan.FromMicroseconds(count / 1e3),
            _ => null,
        } : null;
}
