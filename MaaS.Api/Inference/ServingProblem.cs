// A refusal on the way to a model, as the API's other calls say theirs.
using MaaS.Api.Problems;
using Microsoft.AspNetCore.Http.Metadata;

namespace MaaS.Api.Inference;

internal sealed class ServingProblem(ServingError refused) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder)
    {
        ProblemResult.Document(builder, (int)ServingStatus.TooMany);
        ProblemResult.Document(builder, (int)ServingStatus.Unavailable);
    }

    public Task ExecuteAsync(HttpContext context)
    {
        if (refused.RetryAfter is { } after)
            context.Response.Headers.RetryAfter = $"{Math.Ceiling(after.TotalSeconds)}";
        // What does not suit the model is 422 here, as everywhere in this API.
        var status = refused.Status == ServingStatus.Invalid ? 422 : (int)refused.Status;
        return ProblemWriter.Write(context, status, refused.Code, $"{char.ToUpperInvariant(refused.Message[0])}{refused.Message[1..]}");
    }
}
