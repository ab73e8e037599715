// Writes every error of the API as the Problem record, whoever found it: an endpoint, validation, a bare status code.
// Knows which sentence belongs to a status nobody said more about.
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Contracts;
using Microsoft.AspNetCore.WebUtilities;

namespace MaaS.Api.Problems;

internal sealed class ProblemWriter : IProblemDetailsWriter
{
    // Sentences quote what was sent; people read them in terminals, where \u0022 is no quotation mark.
    private static readonly JsonSerializerOptions s_json = new(MaaSJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A client that accepts only event streams still gets its error as JSON: better than none.
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context) => new(context.ProblemDetails switch
    {
        HttpValidationProblemDetails invalid => WriteInvalid(context.HttpContext, invalid.Errors),
        var details => WriteStatus(context.HttpContext, details.Status ?? context.HttpContext.Response.StatusCode),
    });

    public static Task Write(
        HttpContext context, int status, string code, string detail, IReadOnlyDictionary<string, string[]>? errors = null)
    {
        context.Response.StatusCode = status;
        var problem = new Problem(
            status, code, ReasonPhrases.GetReasonPhrase(status), detail, errors,
            Instance: context.Request.Path, TraceId: Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);
        return context.Response.WriteAsJsonAsync(problem, s_json, ProblemResult.MediaType, context.RequestAborted);
    }

    private static Task WriteInvalid(HttpContext context, IDictionary<string, string[]> found)
    {
        var errors = FieldErrors.Named(found);
        return Write(context, StatusCodes.Status400BadRequest, "validation_failed", string.Join(' ', errors.Values.SelectMany(texts => texts)), errors);
    }

    private static Task WriteStatus(HttpContext context, int status)
    {
        var call = $"{context.Request.Method} {context.Request.Path}";
        var (code, detail) = status switch
        {
            400 => ("malformed_request", "The request is not well-formed HTTP."),
            401 => ("unauthenticated", "Send a session token or an API key that is valid: \"Authorization: Bearer ...\"."),
            404 => ("route_not_found", $"There is nothing at {call}; /openapi/v1.json lists every call."),
            405 => ("method_not_allowed", $"{call} is not a call of this API; the address takes {context.Response.Headers.Allow}."),
            413 => ("body_too_large", $"The body is larger than the {Limits.Of(context) / 1024 / 1024} MB that a JSON request may have."),
            415 => ("unsupported_media_type", $"The body's type is \"{context.Request.ContentType}\"; send it as application/json."),
            429 => ("too_many_requests", "Too many attempts from this address; wait a minute and try again."),
            _ => ("request_failed", $"The request failed with status {status}."),
        };
        return Write(context, status, code, detail);
    }
}
