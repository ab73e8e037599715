// From a deployment's name to the version that answers this request. Routes are remembered for a moment, so every replica follows a
// new revision within two seconds, once it has its versions in memory; while PostgreSQL is away the last known routes stay in force.
using System.Collections.Concurrent;
using MaaS.Api.Inference;
using MaaS.Api.Inference.Samples;
using MaaS.Api.Inference.Shadows;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

/// <summary>What a deployment serves: its newest revision.</summary>
/// <param name="GuardedUntil">Null when no guard watches the revision.</param>
internal sealed record DeploymentRoute(Guid Id, string Name, DeploymentState State, int Revision, IReadOnlyList<RouteShare> Shares, DateTimeOffset? GuardedUntil)
{
    /// <summary>Takes samples of the requests; null while nobody has asked for any.</summary>
    public Sampler? Sampler { get; init; }

    private readonly int _whole = Shares.Sum(share => share.Weight);

    /// <summary>A share by its weight: any of them, or the one that a key always gets.</summary>
    /// <param name="stickyKey">Null or empty for none.</param>
    public RouteShare Pick(string? stickyKey)
    {
        if (Shares.Count == 1)
            return Shares[0];
        var point = string.IsNullOrEmpty(stickyKey) ? Random.Shared.Next(_whole) : Sticky.Point(Id, stickyKey, _whole);
        for (var i = 0; i < Shares.Count; i++)
            if ((point -= Shares[i].Weight) < 0)
                return Shares[i];
        return Shares[^1];
    }

    /// <summary>The share with this version's number; of several models that have it, the one with the most traffic. Null when the revision has none.</summary>
    public RouteShare? Pick(int version) => Shares.Where(share => share.Version == version).MaxBy(share => share.Weight);
}

internal sealed class Router
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(0.8);

    // A model that is loaded so fast takes its traffic at once; for others the route is asked for again when it is no longer fresh.
    private static readonly TimeSpan s_quick = TimeSpan.FromSeconds(0.3);

    // Then the new revision counts, whether or not its versions are here: requests wait for them, or are told why not.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(8);

    private static readonly SlugAttribute s_name = new();

    private readonly IDbContextFactory<CatalogContext> _contexts;
    private readonly ServingCounts _counts;
    private readonly Comparisons _comparisons;
    private readonly RequestSamples _samples;
    private readonly LoadedModels _models;
    private readonly Routes _making;
    private readonly TimeProvider _clock;
    private readonly Remembered<(Guid Team, string Name), DeploymentRoute> _routes;
    private readonly ConcurrentDictionary<(Guid Team, string Name), DeploymentRoute> _made = new();
    private readonly ConcurrentDictionary<(Guid Deployment, int Revision), long> _loadingSince = new();

    public Router(IDbContextFactory<CatalogContext> contexts, ServingCounts counts, Comparisons comparisons, RequestSamples samples, LoadedModels models, Routes making, TimeProvider clock)
    {
        (_contexts, _counts, _comparisons, _samples, _models, _making, _clock) = (contexts, counts, comparisons, samples, models, making, clock);
        _routes = new(Load, s_fresh, TimeSpan.MaxValue, clock);
    }

    /// <summary>The newest route of every deployment that was asked for here.</summary>
    public IEnumerable<KeyValuePair<(Guid Team, string Name), DeploymentRoute>> Made => _made;

    /// <returns>Null when the team has no such deployment.</returns>
    public ValueTask<DeploymentRoute?> Find(Guid teamId, string name, CancellationToken token) => _routes.Find((teamId, name), token);

    /// <summary>Called where a deployment changes, so that its own replica follows at once.</summary>
    public void Forget(Guid teamId, string name) => _routes.Forget((teamId, name));

    private async Task<DeploymentRoute?> Load((Guid Team, string Name) key, DeploymentRoute? before)
    {
        if (!s_name.IsValid(key.Name))
            return null; // PostgreSQL refuses some texts that a caller may send, and no deployment is called so
        await using var context = await _contexts.CreateDbContextAsync();
        var now = await context.Deployments.AsNoTracking().Where(found => found.TeamId == key.Team && found.Name == key.Name)
            .Select(found => new { Row = found, found.Sampling, Newest = found.Revisions.Max(made => (int?)made.Number) }).SingleOrDefaultAsync();
        if (before is not null && before.Id != now?.Row.Id)
            Gone(key, before.Id); // another replica deleted it
        if (now is null)
            return null;
        // Revisions never change, so neither does what is kept for them: the queues of requests that wait, and what a guard has counted. Nor is one
        // read again: the manifests of its versions may have megabytes.
        if ((before ?? _made.GetValueOrDefault(key)) is { } known && (known.Id, known.Revision) == (now.Row.Id, now.Newest))
            return known with { State = now.Row.State, Sampler = _samples.Of(now.Sampling) };
        // By its number: it is read in several steps, between which a newer one may be made.
        if (await context.Revisions.ForRoutes().SingleOrDefaultAsync(made => made.DeploymentId == now.Row.Id && made.Number == now.Newest) is not { Shares.Count: > 0 } revision)
            return null; // deleted a moment ago
        if (before is not null && before.Id == now.Row.Id && now.Row.State == DeploymentState.Serving && !await AreLoaded(before.Id, revision))
            return before with { State = now.Row.State, Sampler = _samples.Of(now.Sampling) };
        var previous = revision.Guard is null ? null
            : await context.Revisions.ForRoutes().SingleOrDefaultAsync(found => found.DeploymentId == now.Row.Id && found.Number == revision.Number - 1);
        return _made[key] = _making.Of(now.Row, revision, previous) with { Sampler = _samples.Of(now.Sampling) };
    }

    /// <summary>Whether a new revision's versions are in memory; they are on their way otherwise, and callers keep the old ones meanwhile.</summary>
    private async Task<bool> AreLoaded(Guid deployment, Revision revision)
    {
        var loading = Task.WhenAll(revision.Shares.Select(share => _models.Get(share.VersionId, revision.Provider)));
        var since = _loadingSince.GetOrAdd((deployment, revision.Number), _ => _clock.GetTimestamp());
        await Task.WhenAny(loading, Task.Delay(s_quick, _clock));
        if (!loading.IsCompletedSuccessfully && _clock.GetElapsedTime(since) < s_longest)
            return false;
        _loadingSince.TryRemove((deployment, revision.Number), out _);
        return true;
    }

    private void Gone((Guid Team, string Name) key, Guid deployment)
    {
        _made.TryRemove(key, out _);
        _counts.Forget(deployment);
        _comparisons.Forget(deployment);
    }
}
