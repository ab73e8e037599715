// POST /v2/models/{model}[/versions/{version}]/infer: the one call whose cost counts.
using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tensors;
using Microsoft.Extensions.Primitives;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class InferHttp(Admission admission)
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    private static readonly StringValues s_json = "application/json", s_octets = "application/octet-stream";

    // The length of the JSON is almost always one of a few numbers.
    private static readonly StringValues[] s_lengths = [.. Enumerable.Range(0, 1024).Select(number => new StringValues(number.ToString(CultureInfo.InvariantCulture)))];

    public async Task Infer(HttpContext context, ModelPath path)
    {
        OpenInferenceHttp.Only(context, HttpMethods.Post);
        var began = Stopwatch.GetTimestamp();
        var caller = await admission.Caller(context.Request.Headers.Authorization, Role.Viewer, default);
        using var stay = caller.Usage!.Enter();
        var admitted = await admission.Admit(caller, path.Model, path.Version, default, context.Request.Headers[Sticky.Header]);
        var (share, model) = (admitted.Share, admitted.Model);
        var (exchange, signature, queue) = (InferExchange.Rent(), model.Tensors.Signature, share.Queue(model));
        var body = default(RequestBody);
        share.Count.Begin();
        try
        {
            body = await RequestBody.Read(context);
            Parse(context, exchange, signature, path.Model, body.Bytes);
            var outcome = queue.AskNow(exchange.Call) ?? await queue.Enqueue(exchange.Call, exchange.Timeout, context.RequestAborted);
            if (outcome == CallOutcome.Unloaded)
                outcome = await admission.AskAgain(share, exchange.Call, exchange.Timeout, context.RequestAborted);
            if (outcome != CallOutcome.Answered)
                throw Admission.Refuse(share, exchange.Call, outcome);
            Classification.Apply(exchange, signature, model.Manifest.Labels);
            if (share.Answers is { } answers)
            {
                exchange.Name(quoted: true);
                answers.Keep(exchange.RequestId(quoted: true), exchange.Call, model);
            }
            Write(context.Response, exchange, path.Model, share.VersionText, signature);
            share.Succeed(began, exchange.Call, model);
            if (admitted.IsFollowed)
            {
                await context.Response.CompleteAsync();
                admitted.Follow(exchange.Call, exchange.RequestId(quoted: true));
            }
        }
        catch (ServingError refused)
        {
            share.Fail(refused.Failure);
            throw;
        }
        finally
        {
            body.Done();
            share.Count.End();
            exchange.Return();
        }
    }

    private static void Parse(HttpContext context, InferExchange exchange, GraphSignature signature, string model, in ReadOnlySequence<byte> body)
    {
        var length = context.Request.Headers[HeaderLength];
        if (length.Count == 0)
            InferReader.Read(exchange, signature, model, body, default);
        else if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var json) || json > body.Length)
            throw new ServingError(ServingStatus.Invalid, $"{HeaderLength} is \"{length}\"; it must be a number of bytes up to the {body.Length} of the body.");
        else if (json == 0)
            InferReader.ReadRaw(exchange, signature, model, body);
        else
            InferReader.Read(exchange, signature, model, body.Slice(0, json), body.Slice(json));
    }

    private static void Write(HttpResponse response, InferExchange exchange, string model, string version, GraphSignature signature)
    {
        var bytes = InferWriter.WriteHeader(exchange, model, version, signature);
        var header = exchange.Header.WrittenSpan;
        response.ContentLength = header.Length + bytes;
        // Head, JSON and tensors leave in one packet, when the server ends the response.
        if (!exchange.Wanted.Exists(wanted => wanted.Binary))
        {
            response.Headers.ContentType = s_json;
            response.BodyWriter.Write(header);
            return;
        }
        response.Headers.ContentType = s_octets;
        response.Headers[HeaderLength] = header.Length < s_lengths.Length ? s_lengths[header.Length] : header.Length.ToString(CultureInfo.InvariantCulture);
        response.BodyWriter.Write(header);
        InferWriter.WriteBytes(exchange, signature, response.BodyWriter);
    }
}
