// What the framework throws while it reads a request, and what PostgreSQL throws while it is away, as problems.
// Knows exceptions; everything it does not know is a bug of ours, logged, and answered with 500 and no detail.
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Catalog;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MaaS.Api.Problems;

internal sealed partial class RequestErrors(ILogger<RequestErrors> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken token)
    {
        // Nobody is left to read an answer.
        if (context.RequestAborted.IsCancellationRequested)
            return true;
        var (status, code, detail) = exception switch
        {
            BadHttpRequestException bad => Bad(context, bad),
            // System.Text.Json refuses a missing discriminator with this one, which the framework lets through.
            NotSupportedException { Source: "System.Text.Json" } json => (400, "invalid_json", JsonSentences.Of(json)),
            _ when Database(exception) is { } known => known,
            _ => (500, "unexpected", "Something went wrong on our side; it has been logged under the trace id given here."),
        };
        if (status == 500)
            logger.LogError(exception, "Unexpected failure of {Method} {Path}", context.Request.Method, context.Request.Path);
        else if (status == 503)
            logger.LogWarning("{Method} {Path} needs PostgreSQL: {Why}", context.Request.Method, context.Request.Path, exception.Message);
        await ProblemWriter.Write(context, status, code, detail);
        return true;
    }

    private static (int, string, string) Bad(HttpContext context, BadHttpRequestException bad) => bad switch
    {
        { StatusCode: 413 } => (413, "body_too_large", $"The body is larger than the {Limits.Of(context) / 1024 / 1024} MB that a JSON request may have."),
        { StatusCode: 415 } => (415, "unsupported_media_type", $"The body's type is \"{context.Request.ContentType}\"; send it as application/json."),
        { InnerException: JsonException json } => (400, "invalid_json", JsonSentences.Of(json)),
        _ when Parameter().Match(bad.Message) is { Success: true } match => (400, "invalid_parameter",
            $"{Name(match)} is \"{match.Groups["value"].Value}\"; it must be {JsonSentences.Kind(match.Groups["type"].Value)}."),
        _ when Missing().Match(bad.Message) is { Success: true } match => (400, "missing_parameter", $"{Name(match)} is missing; give it in the address."),
        _ when bad.Message.Contains("no body was provided", StringComparison.Ordinal) => (400, "missing_body", "The body is empty or null; send a JSON object."),
        _ => (bad.StatusCode, "malformed_request", "The request could not be read to its end."),
    };

    private static string Name(Match match) => JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Groups["name"].Value);

    private static (int, string, string)? Database(Exception? exception) => exception switch
    {
        null => null,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => (409, "already_exists", "Somebody else has just made one of the same name; look again and retry."),
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } => (409, "in_use", "Something still refers to this, or what it refers to has just been deleted; look again and retry."),
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => (409, "busy", "Somebody else is changing the same thing; try again."),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } =>
            (400, "invalid_text", "A text holds a character that cannot be stored, U+0000; leave it out."),
        DbUpdateConcurrencyException => (409, "gone", "What this is about has just been deleted; look again."),
        _ when Outage.Is(exception) => (503, "database_unavailable", "The database does not answer at the moment; try again shortly."),
        _ => Database(exception.InnerException),
    };

    [GeneratedRegex("""^Failed to bind parameter "(?<type>\S+) (?<name>\S+)" from "(?<value>.*)"\.$""", RegexOptions.Singleline)]
    private static partial Regex Parameter();

    [GeneratedRegex("""^Required parameter "\S+ (?<name>\S+)" was not provided""")]
    private static partial Regex Missing();
}
