// What a revision changed against the one before: which versions got more traffic, and which they took it from.
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Deployments;

/// <param name="Gained">The versions that got more; empty when none did.</param>
/// <param name="LostMost">The version that lost most; null when none lost any.</param>
internal sealed record TrafficShift(IReadOnlySet<Guid> Gained, Guid? LostMost)
{
    public static TrafficShift Of(IReadOnlyCollection<RevisionShare> before, IReadOnlyCollection<RevisionShare> now)
    {
        int Change(Guid version) => Weight(now, version) - Weight(before, version);
        var versions = before.Concat(now).Select(share => share.VersionId).Distinct().ToList();
        var lost = versions.Where(version => Change(version) < 0).OrderBy(Change).ThenBy(version => version).ToList();
        return new(versions.Where(version => Change(version) > 0).ToHashSet(), lost.Count == 0 ? null : lost[0]);
    }

    private static int Weight(IEnumerable<RevisionShare> shares, Guid version) => shares.FirstOrDefault(share => share.VersionId == version)?.Weight ?? 0;
}
