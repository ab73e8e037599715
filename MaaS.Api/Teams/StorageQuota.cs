// How much room a team has left on disk, and the refusal when there is none. Knows bytes, not what they mean.
using System.Globalization;
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal sealed class StorageQuota(IDbContextFactory<CatalogContext> contexts, StorageUse storage)
{
    public async Task<Room> Of(Caller caller, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var quota = await context.Teams.Where(row => row.Id == caller.TeamId).Select(row => row.StorageQuotaBytes).SingleAsync(token);
        return new(quota, Math.Max(0, quota - await storage.Of(caller.TeamId, token)));
    }
}

/// <summary>In bytes.</summary>
internal sealed record Room(long Quota, long Left)
{
    public TooLargeProblem Full() => new("storage_quota_exceeded", string.Create(
        CultureInfo.InvariantCulture, $"The team's storage quota is {Quota:N0} bytes and {Left:N0} are left; delete what is not needed, or ask for more."));
}
