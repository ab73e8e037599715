// The refusals an endpoint can answer, each with its status, so that a handler's result union is its documentation.
// Knows how a problem is written; the sentences are the endpoints'.
using MaaS.Contracts;
using Microsoft.AspNetCore.Http.Metadata;

namespace MaaS.Api.Problems;

/// <param name="code">Stable: whoever translates or branches does so by it.</param>
/// <param name="detail">One sentence that names the field, the value and what is allowed.</param>
internal abstract class ProblemResult(int status, string code, string detail) : IResult
{
    public string Code => code;

    public const string MediaType = "application/problem+json";

    public Task ExecuteAsync(HttpContext context) => ProblemWriter.Write(context, status, code, detail);

    /// <summary>Writes "this endpoint may answer <paramref name="status"/>" into the OpenAPI document.</summary>
    public static void Document(EndpointBuilder builder, int status) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(Problem), [MediaType]));
}

/// <summary>404: it does not exist, or it is another team's, and the two cannot be told apart.</summary>
internal sealed class NotFoundProblem(string noun, object name)
    : ProblemResult(404, CodeOf(noun), DetailOf(noun, name)), IEndpointMetadataProvider
{
    public static string CodeOf(string noun) => $"{noun.Replace(' ', '_')}_not_found";

    public static string DetailOf(string noun, object name) => $"There is no {noun} {name} in this team.";

    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 404);
}

/// <summary>409: it would be allowed if something else were different first.</summary>
internal sealed class ConflictProblem(string code, string detail) : ProblemResult(409, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 409);
}

/// <summary>400: a text that is in a language of its own, and is not well formed in it.</summary>
internal sealed class MalformedProblem(string code, string detail) : ProblemResult(400, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 400);
}

/// <summary>422: well formed, but it cannot work.</summary>
internal sealed class InvalidProblem(string code, string detail) : ProblemResult(422, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 422);
}

/// <summary>413: more bytes than there is room for.</summary>
internal sealed class TooLargeProblem(string code, string detail) : ProblemResult(413, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 413);
}

/// <summary>401: who is calling is not known.</summary>
internal sealed class UnauthenticatedProblem(string code, string detail) : ProblemResult(401, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 401);
}

/// <summary>403: the caller's role, or kind of credential, may not do this in its own team.</summary>
internal sealed class ForbiddenProblem(string code, string detail) : ProblemResult(403, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 403);
}

/// <summary>503: nothing is wrong with the request; it works again later.</summary>
internal sealed class UnavailableProblem(string code, string detail) : ProblemResult(503, code, detail), IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) => Document(builder, 503);
}
