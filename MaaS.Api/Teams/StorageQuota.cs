// How much room a team has left on disk, and the refusal when there is none. Knows bytes, not what they mean.
// An upload asks before its file streams in, and again, with the team's row locked, before the file counts:
// two uploads at once may both have seen the same room.
using System.Globalization;
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MaaS.Api.Teams;

internal sealed class StorageQuota(IDbContextFactory<CatalogContext> contexts, StorageUse storage)
{
    public async Task<Room> Of(Caller caller, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var quota = await Of(context, caller, token);
        return new(quota, Math.Max(0, quota - await storage.Of(caller.TeamId, token)));
    }

    /// <summary>For a transaction that has added a file's rows and would commit next; the team's other uploads wait for its end.</summary>
    /// <returns>Null when everything fits, the added rows included.</returns>
    public static async Task<TooLargeProblem?> Exceeded(CatalogContext context, Caller caller, CancellationToken token)
    {
        // Not "for update", which would keep every other row that names the team from being added.
        await context.Database.ExecuteSqlAsync($"select 1 from teams where id = {caller.TeamId} for no key update", token);
        var quota = await Of(context, caller, token);
        var used = await StorageUse.Of((NpgsqlConnection)context.Database.GetDbConnection(), caller.TeamId, token);
        return used <= quota ? null : new("storage_quota_exceeded", string.Create(CultureInfo.InvariantCulture,
            $"The team's storage quota is {quota:N0} bytes, and with what else has just been uploaded this file is {used - quota:N0} too many; delete what is not needed, or ask for more."));
    }

    private static Task<long> Of(CatalogContext context, Caller caller, CancellationToken token) =>
        context.Teams.Where(row => row.Id == caller.TeamId).Select(row => row.StorageQuotaBytes).SingleAsync(token);
}

/// <summary>In bytes.</summary>
internal sealed record Room(long Quota, long Left)
{
    public TooLargeProblem Full() => new("storage_quota_exceeded", string.Create(
        CultureInfo.InvariantCulture, $"The team's storage quota is {Quota:N0} bytes and {Left:N0} are left; delete what is not needed, or ask for more."));
}
