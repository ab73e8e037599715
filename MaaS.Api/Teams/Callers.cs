// From a bearer secret to its caller, remembered for a moment: a revoked secret stops working within two seconds everywhere.
// While PostgreSQL is away, who was known in the last ten minutes stays known, so that predictions go on.
using System.Runtime.CompilerServices;
using MaaS.Api.Inference;
using MaaS.Catalog;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal sealed class Callers
{
    public static readonly TimeSpan SessionLife = TimeSpan.FromDays(14);

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(10);

    private readonly IDbContextFactory<CatalogContext> _contexts;
    private readonly TimeProvider _clock;
    private readonly Meters _meters;
    private readonly Remembered<SecretHash, Known> _known;
    private readonly ConditionalWeakTable<string, StrongBox<SecretHash>> _hashes = [];

    public Callers(IDbContextFactory<CatalogContext> contexts, Meters meters, TimeProvider clock) =>
        (_contexts, _meters, _clock, _known) = (contexts, meters, clock, new(Load, s_fresh, s_kept, clock));

    private sealed record Known(Caller Caller, DateTimeOffset? ExpiresAt);

    /// <param name="header">Of the request: "Bearer ms_...".</param>
    /// <returns>Null when there is none, or it is unknown, expired or revoked.</returns>
    public async ValueTask<Caller?> Find(string? header, CancellationToken token) =>
        TryHash(header, out var hash) ? Valid(await _known.Find(hash, token)) : null;

    /// <summary>Of these secrets those that are still good, each with what it stands for now.</summary>
    public async Task<IReadOnlyDictionary<SecretHash, (Guid TeamId, Role Role)>> Standing(IReadOnlyCollection<SecretHash> secrets, CancellationToken token)
    {
        await using var context = await _contexts.CreateDbContextAsync(token);
        var now = _clock.GetUtcNow();
        var (keys, sessions) = (secrets.Where(secret => secret.IsApiKey).Select(secret => secret.Bytes).ToArray(), secrets.Where(secret => !secret.IsApiKey).Select(secret => secret.Bytes).ToArray());
        var standing = new Dictionary<SecretHash, (Guid, Role)>();
        if (keys.Length > 0)
            foreach (var key in await context.ApiKeys.Where(row => keys.Contains(row.SecretHash) && (row.ExpiresAt == null || row.ExpiresAt > now)).Select(row => new { row.SecretHash, row.TeamId, row.Role }).ToListAsync(token))
                standing[new(key.SecretHash, isApiKey: true)] = (key.TeamId, key.Role);
        if (sessions.Length > 0)
            foreach (var session in await (
                from session in context.Sessions
                join member in context.Members on new { session.TeamId, session.UserId } equals new { member.TeamId, member.UserId }
                where sessions.Contains(session.TokenHash) && session.ExpiresAt > now
                select new { session.TokenHash, session.TeamId, member.Role }).ToListAsync(token))
                standing[new(session.TokenHash, isApiKey: false)] = (session.TeamId, session.Role);
        return standing;
    }

    /// <summary>Forgets a secret that was just revoked here; other replicas notice when their memory is no longer fresh.</summary>
    public void Forget(byte[] hash)
    {
        _known.Forget(new(hash, isApiKey: true));
        _known.Forget(new(hash, isApiKey: false));
    }

    // The server gives the same text for the same header of the same connection; a hash costs a request 1 us.
    private bool TryHash(string? header, out SecretHash hash)
    {
        if (header is not null && _hashes.TryGetValue(header, out var known))
        {
            hash = known.Value;
            return true;
        }
        if (!Secrets.TryHash(header, out hash))
            return false;
        _hashes.AddOrUpdate(header!, new(hash));
        return true;
    }

    private Caller? Valid(Known? known) => known?.ExpiresAt <= _clock.GetUtcNow() ? null : known?.Caller;

    private async Task<Known?> Load(SecretHash hash, Known? before)
    {
        await using var context = await _contexts.CreateDbContextAsync();
        return hash.IsApiKey ? await ByKey(context, hash.Bytes, _clock.GetUtcNow()) : await BySession(context, hash.Bytes, _clock.GetUtcNow());
    }

    private async Task<Known?> ByKey(CatalogContext context, byte[] hash, DateTimeOffset now)
    {
        var key = await context.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.SecretHash == hash);
        if (key is null || key.ExpiresAt <= now)
            return null;
        // "Last used" to the minute is enough, and spares a write for every call.
        if (key.LastUsedAt is not { } used || now - used > TimeSpan.FromMinutes(1))
            await context.ApiKeys.Where(row => row.Id == key.Id).ExecuteUpdateAsync(row => row.SetProperty(k => k.LastUsedAt, now));
        var limits = await context.Teams.Where(row => row.Id == key.TeamId).Select(row => row.Limits).SingleAsync();
        return new(new(key.TeamId, key.Role, $"key {key.Name}", null, key.Id, _meters.Of(key.TeamId, limits, (key.Id, key.Name, key.Limits))), key.ExpiresAt);
    }

    private async Task<Known?> BySession(CatalogContext context, byte[] hash, DateTimeOffset now)
    {
        var found = await (
            from session in context.Sessions
            join member in context.Members on new { session.TeamId, session.UserId } equals new { member.TeamId, member.UserId }
            where session.TokenHash == hash && session.ExpiresAt > now
            select new { session.TeamId, session.UserId, session.ExpiresAt, session.LastSeenAt, member.Role, member.User.Email, member.Team.Limits }).SingleOrDefaultAsync();
        if (found is null)
            return null;
        // Seen to the minute, and sliding an hour at a time: no write for every call.
        if (now - found.LastSeenAt > TimeSpan.FromMinutes(1))
        {
            var expires = found.ExpiresAt - now < SessionLife - TimeSpan.FromHours(1) ? now + SessionLife : found.ExpiresAt;
            await context.Sessions.Where(row => row.TokenHash == hash)
                .ExecuteUpdateAsync(row => row.SetProperty(s => s.LastSeenAt, now).SetProperty(s => s.ExpiresAt, expires));
        }
        return new(new(found.TeamId, found.Role, found.Email, found.UserId, null, _meters.Of(found.TeamId, found.Limits, null)), null);
    }
}
