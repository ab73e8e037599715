// Limits as a table's cell says them.
using MaaS.Contracts.Teams;

namespace MaaS.Web.Teams;

internal static class LimitText
{
    public static string Of(UsageLimits? limits) => string.Join(", ", new[]
    {
        limits?.RequestsPerSecond is { } rate ? FormattableString.Invariant($"{rate:0.##} a second") : null,
        limits?.Concurrent is { } concurrent ? $"{concurrent} at once" : null,
        limits?.RequestsPerDay is { } day ? FormattableString.Invariant($"{day:N0} a day") : null,
    }.OfType<string>().DefaultIfEmpty("none"));
}
