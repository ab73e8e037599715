// From a deployment's name to the version that answers this request. Routes are remembered for a second, so every replica
// follows a new revision within two; while PostgreSQL is away the last known routes stay in force.
using System.Collections.Concurrent;
using MaaS.Catalog;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

/// <summary>What a deployment serves: its newest revision.</summary>
internal sealed record Route(string Name, DeploymentState State, int Revision, IReadOnlyList<RouteShare> Shares)
{
    /// <summary>A share by its weight; the weights add up to 100.</summary>
    public RouteShare Pick()
    {
        var point = Random.Shared.Next(Shares.Sum(share => share.Weight));
        foreach (var share in Shares)
            if ((point -= share.Weight) < 0)
                return share;
        return Shares[^1];
    }
}

internal sealed record RouteShare(Guid VersionId, string Model, int Version, int Weight);

internal sealed class Router(IDbContextFactory<CatalogContext> contexts, TimeProvider clock)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    // A database that hangs must not hold up what is known anyway.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(Guid Team, string Name), Known> _routes = new();

    private sealed record Known(Lazy<Task<Route?>> Route, long At);

    /// <returns>Null when the team has no such deployment.</returns>
    public async ValueTask<Route?> Find(Guid teamId, string name, CancellationToken token)
    {
        var key = (teamId, name);
        if (!_routes.TryGetValue(key, out var known))
            known = _routes.GetOrAdd(key, new Known(new(() => Load(key)), clock.GetTimestamp()));
        else if (clock.GetElapsedTime(known.At) > s_fresh)
        {
            // Whoever comes first asks; the others wait for the same answer.
            var old = known;
            var next = new Known(new(() => Refresh(key, old)), clock.GetTimestamp());
            known = _routes.TryUpdate(key, next, old) ? next : _routes.GetValueOrDefault(key, next);
        }
        try
        {
            var route = await known.Route.Value.WaitAsync(token);
            if (route is null)
                _routes.TryRemove(new(key, known));
            return route;
        }
        catch (Exception) when (known.Route.Value.IsFaulted)
        {
            _routes.TryRemove(new(key, known));
            throw;
        }
    }

    /// <summary>Called where a deployment changes, so that its own replica follows at once.</summary>
    public void Forget(Guid teamId, string name) => _routes.TryRemove((teamId, name), out _);

    private async Task<Route?> Refresh((Guid, string) key, Known old)
    {
        // A request may come while the one before is still being answered; that one's answer, good or bad, is the older.
        var before = await old.Route.Value;
        if (before is null)
            return await Load(key);
        try
        {
            return await Load(key).WaitAsync(s_patience, clock);
        }
        catch (Exception error) when (error is TimeoutException || Outage.Is(error))
        {
            return before;
        }
    }

    private async Task<Route?> Load((Guid Team, string Name) key)
    {
        await using var context = await contexts.CreateDbContextAsync();
        var row = await context.Deployments.ForViews().SingleOrDefaultAsync(found => found.TeamId == key.Team && found.Name == key.Name);
        var revision = row?.Revisions.MaxBy(found => found.Number);
        return row is null || revision is null ? null : new(row.Name, row.State, revision.Number, revision.Shares
            .Select(share => new RouteShare(share.VersionId, share.Version.Model.Name, share.Version.Number, share.Weight)).ToList());
    }
}
