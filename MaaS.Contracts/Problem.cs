// Every error the API answers: RFC 9457 problem details with a stable code beside the sentence.
namespace MaaS.Contracts;

/// <param name="Code">Stable and machine-readable, for example <c>dataset_not_found</c>; the portal translates by it.</param>
/// <param name="Detail">One sentence that names the field, the value and what is allowed.</param>
/// <param name="Errors">Per field, when a body failed validation.</param>
public sealed record Problem(
    int Status,
    string Code,
    string Title,
    string? Detail = null,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    string? Type = null,
    string? Instance = null,
    string? TraceId = null);

/// <summary>Thrown by <see cref="MaaSClient"/> when the API refuses; its message is the sentence to show.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail ?? problem.Title)
{
    public Problem Problem { get; } = problem;
}
