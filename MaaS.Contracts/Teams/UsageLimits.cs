// How much may be asked of a team's deployments, by one key or by the whole team, and how much was.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Teams;

/// <summary>What is null is not limited. Each server process counts for itself; days are counted by all together, and are UTC's.</summary>
/// <param name="RequestsPerSecond">On average; as many as a second allows may come at once.</param>
/// <param name="Concurrent">Requests that are answered at the same time.</param>
public sealed record UsageLimits(
    [property: Range(0.01, 1_000_000)] double? RequestsPerSecond = null,
    [property: Range(1, 100_000)] int? Concurrent = null,
    [property: Range(1, 1_000_000_000_000)] long? RequestsPerDay = null)
{
    /// <summary>"10 a second, 5 at once"; empty where nothing is limited.</summary>
    public string Words() => string.Join(", ", new[]
    {
        RequestsPerSecond is { } rate ? FormattableString.Invariant($"{rate:0.##} a second") : null,
        Concurrent is { } concurrent ? $"{concurrent} at once" : null,
        RequestsPerDay is { } day ? FormattableString.Invariant($"{day:N0} a day") : null,
    }.OfType<string>());
}

/// <param name="KeyId">Null: by people signed in to the portal.</param>
/// <param name="Key">The key's name; null once it was revoked.</param>
public sealed record UsageDay(DateOnly Day, Guid? KeyId, string? Key, long Requests);

/// <summary>What a team asked of its deployments, newest day first.</summary>
/// <param name="Limits">Of the whole team.</param>
public sealed record UsageView(UsageLimits Limits, IReadOnlyList<UsageDay> Days);
