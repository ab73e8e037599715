// Turns an expected failure of a call into the sentence to show. A bug is not expected and passes through.
using MaaS.Contracts;
using System.Diagnostics.CodeAnalysis;

namespace MaaS.Web.Shared;

internal static class Failure
{
    /// <summary>True for a refusal by the API, or an API that cannot be reached.</summary>
    public static bool Explains(Exception failure, [NotNullWhen(true)] out string? sentence)
    {
        sentence = failure switch
        {
            ProblemException problem => problem.Message,
            HttpRequestException => "The API does not answer right now. Try again in a moment.",
            TaskCanceledException { InnerException: TimeoutException } => "The API took too long to answer. Try again in a moment.",
            _ => null,
        };
        return sentence is not null;
    }

    public static bool IsNotFound(Exception? failure) => failure is ProblemException { Problem.Status: StatusCodes.Status404NotFound };
}
