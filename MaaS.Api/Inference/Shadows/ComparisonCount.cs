// How one version and one shadow agreed under one revision, since this process started; and how much of that is stored already.
using System.Diagnostics;
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Inference.Shadows;

/// <param name="Team">Of the deployment; the rest is for the metrics' labels.</param>
internal sealed record ComparisonKey(
    Guid Team, string Deployment, Guid DeploymentId, int Revision, string Model, int Version, Guid VersionId, string ShadowModel, int ShadowVersion, Guid ShadowId);

internal sealed class ComparisonCount(ComparisonKey key)
{
    private long _agreed, _disagreed, _failed, _dropped, _ticks;
    private ComparisonRow _stored = Row(key, 0, 0, 0, 0, 0);

    public ComparisonKey Key => key;
    public long Agreed => Volatile.Read(ref _agreed);
    public long Disagreed => Volatile.Read(ref _disagreed);
    public long Failed => Volatile.Read(ref _failed);
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Stopwatch ticks of all but the dropped.</summary>
    public long Ticks => Volatile.Read(ref _ticks);

    /// <param name="agrees">Null when the shadow could not answer.</param>
    public void Add(bool? agrees, long ticks)
    {
        Interlocked.Increment(ref (agrees is null ? ref _failed : ref agrees.Value ? ref _agreed : ref _disagreed));
        Interlocked.Add(ref _ticks, ticks);
    }

    public void Drop() => Interlocked.Increment(ref _dropped);

    /// <returns>What was counted since it was stored, and what to call when that is done; null when that is nothing.</returns>
    public (ComparisonRow New, Action Stored)? Collect()
    {
        var (now, before) = (Row(key, Agreed, Disagreed, Failed, Dropped, Stopwatch.GetElapsedTime(0, Ticks).TotalMilliseconds), _stored);
        var added = Row(key, now.Agreed - before.Agreed, now.Disagreed - before.Disagreed, now.Failed - before.Failed, now.Dropped - before.Dropped, now.Milliseconds - before.Milliseconds);
        return added is { Agreed: 0, Disagreed: 0, Failed: 0, Dropped: 0 } ? null : (added, () => _stored = now);
    }

    private static ComparisonRow Row(ComparisonKey key, long agreed, long disagreed, long failed, long dropped, double milliseconds) => new()
    {
        DeploymentId = key.DeploymentId,
        RevisionNumber = key.Revision,
        VersionId = key.VersionId,
        ShadowVersionId = key.ShadowId,
        Agreed = agreed,
        Disagreed = disagreed,
        Failed = failed,
        Dropped = dropped,
        Milliseconds = milliseconds,
    };
}
