// Why a request to a model is not answered, whichever protocol asked: each says it in its own form.
namespace MaaS.Api.Inference;

internal enum ServingStatus
{
    Invalid = 400,
    Unauthenticated = 401,
    Forbidden = 403,
    NotFound = 404,
    WrongMethod = 405,
    TooLarge = 413,
    TooMany = 429,
    Internal = 500,
    Unsupported = 501,
    Unavailable = 503,
}

/// <param name="message">The sentence to show.</param>
/// <param name="code">Stable, for those who translate or branch.</param>
internal sealed class ServingError(ServingStatus status, string message, TimeSpan? retryAfter = null, Failure failure = Failure.Other, string code = "invalid_input") : Exception(message)
{
    public string Code => code;

    public ServingStatus Status => status;

    public Failure Failure => failure;

    /// <summary>When it is worth trying again.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
