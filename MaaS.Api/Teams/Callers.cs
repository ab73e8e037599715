// From a bearer secret to its caller, remembered for a moment: a revoked secret stops working within two seconds everywhere.
// While PostgreSQL is away, who was known in the last ten minutes stays known, so that predictions go on.
using MaaS.Catalog;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace MaaS.Api.Teams;

internal sealed class Callers(IDbContextFactory<CatalogContext> contexts, IMemoryCache cache, TimeProvider clock)
{
    public static readonly TimeSpan SessionLife = TimeSpan.FromDays(14);

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(10);

    // A database that hangs must not hold up who is known anyway.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private sealed record Known(Caller Caller, DateTimeOffset At);

    /// <returns>Null when the secret is unknown, expired or revoked.</returns>
    public async ValueTask<Caller?> Find(string secret, CancellationToken token)
    {
        var hash = Secrets.Hash(secret);
        var key = (nameof(Callers), Convert.ToHexString(hash));
        var known = cache.Get<Known>(key);
        var now = clock.GetUtcNow();
        if (known is not null && now - known.At < s_fresh)
            return known.Caller;
        try
        {
            var loading = Load(secret, hash, now, token);
            var caller = await (known is null ? loading : loading.WaitAsync(s_patience, clock, token));
            if (caller is null)
                cache.Remove(key);
            else
                cache.Set(key, new Known(caller, now), s_kept);
            return caller;
        }
        catch (Exception error) when (known is not null && (error is TimeoutException || Outage.Is(error)))
        {
            return known.Caller;
        }
    }

    /// <summary>Forgets a secret that was just revoked here; other replicas notice when their memory is no longer fresh.</summary>
    public void Forget(byte[] hash) => cache.Remove((nameof(Callers), Convert.ToHexString(hash)));

    private async Task<Caller?> Load(string secret, byte[] hash, DateTimeOffset now, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return secret.StartsWith(Secrets.ApiKey, StringComparison.Ordinal)
            ? await ByKey(context, hash, now, token)
            : await BySession(context, hash, now, token);
    }

    private static async Task<Caller?> ByKey(CatalogContext context, byte[] hash, DateTimeOffset now, CancellationToken token)
    {
        var key = await context.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.SecretHash == hash, token);
        if (key is null || key.ExpiresAt <= now)
            return null;
        // "Last used" to the minute is enough, and spares a write for every call.
        if (key.LastUsedAt is not { } used || now - used > TimeSpan.FromMinutes(1))
            await context.ApiKeys.Where(row => row.Id == key.Id).ExecuteUpdateAsync(row => row.SetProperty(k => k.LastUsedAt, now), token);
        return new(key.TeamId, key.Role, $"key {key.Name}", null, key.Id);
    }

    private static async Task<Caller?> BySession(CatalogContext context, byte[] hash, DateTimeOffset now, CancellationToken token)
    {
        var found = await (
            from session in context.Sessions
            join member in context.Members on new { session.TeamId, session.UserId } equals new { member.TeamId, member.UserId }
            where session.TokenHash == hash && session.ExpiresAt > now
            select new { session.TeamId, session.UserId, session.ExpiresAt, member.Role, member.User.Email }).SingleOrDefaultAsync(token);
        if (found is null)
            return null;
        // It slides, an hour at a time.
        if (found.ExpiresAt - now < SessionLife - TimeSpan.FromHours(1))
            await context.Sessions.Where(row => row.TokenHash == hash)
                .ExecuteUpdateAsync(row => row.SetProperty(s => s.ExpiresAt, now + SessionLife), token);
        return new(found.TeamId, found.Role, found.Email, found.UserId, null);
    }
}
