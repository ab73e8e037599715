// What was asked of a deployment, minute by minute and version by version, all server processes together.
namespace MaaS.Contracts.Deployments;

/// <param name="StepMinutes">How many minutes a point stands for: 1 for up to 6 hours, more for longer ranges.</param>
public sealed record TrafficView(int StepMinutes, IReadOnlyList<VersionTraffic> Versions);

/// <param name="Points">One for every step from the beginning of the range, oldest first; the last one is not over yet.</param>
public sealed record VersionTraffic(string Model, int Version, IReadOnlyList<TrafficPoint> Points);

/// <param name="From">When the step begins.</param>
/// <param name="Requests">Answered ones.</param>
/// <param name="Failures">Requests that were refused or failed.</param>
/// <param name="RequestsPerSecond">Of answered ones and others.</param>
/// <param name="ErrorRate">Failures over all requests, 0 to 1; null when there were none.</param>
/// <param name="P50Ms">Milliseconds within which half of the answers came, from their histogram; null without answers.</param>
/// <param name="P99Ms">Likewise 99 of 100.</param>
public sealed record TrafficPoint(
    DateTimeOffset From, long Requests, long Failures, long Rows, double RequestsPerSecond, double? ErrorRate, double? P50Ms, double? P99Ms);
