// Turns an expected failure of a call into the sentence to show. A bug is not expected and passes through.
using MaaS.Contracts;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MaaS.Web.Shared;

internal static class Failure
{
    /// <summary>True for a refusal by the API, or an API that cannot be reached.</summary>
    public static bool Explains(Exception failure, [NotNullWhen(true)] out string? sentence)
    {
        sentence = failure switch
        {
            ProblemException { Problem: var problem } => Words(problem),
            HttpRequestException => T["The API does not answer right now. Try again in a moment."],
            TaskCanceledException { InnerException: TimeoutException } => T["The API took too long to answer. Try again in a moment."],
            _ => null,
        };
        return sentence is not null;
    }

    /// <summary>The API's sentence in the reader's language: by its pattern, otherwise by its code. A translation of a code that cannot say
    /// all that the sentence says has a place for the sentence itself.</summary>
    public static string Words(Problem problem)
    {
        var said = problem.Detail ?? problem.Title;
        var heard = T.Heard(said);
        return heard == said && T.Find($"problem.{problem.Code}") is { } known ? string.Format(CultureInfo.CurrentCulture, known, said) : heard;
    }

    public static bool IsNotFound(Exception? failure) => failure is ProblemException { Problem.Status: StatusCodes.Status404NotFound };
}
