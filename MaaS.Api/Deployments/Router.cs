// From a deployment's name to the version that answers this request. Routes are remembered for a moment, so every replica follows a
// new revision within two seconds; while PostgreSQL is away the last known routes stay in force.
using MaaS.Api.Inference;
using MaaS.Catalog;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

/// <summary>What a deployment serves: its newest revision.</summary>
internal sealed record DeploymentRoute(Guid Id, string Name, DeploymentState State, int Revision, IReadOnlyList<RouteShare> Shares)
{
    /// <summary>A share by its weight; the weights add up to 100.</summary>
    public RouteShare Pick()
    {
        if (Shares.Count == 1)
            return Shares[0];
        var point = Random.Shared.Next(Shares.Sum(share => share.Weight));
        foreach (var share in Shares)
            if ((point -= share.Weight) < 0)
                return share;
        return Shares[^1];
    }

    /// <summary>The share with this version's number; of several models that have it, the one with the most traffic. Null when the revision has none.</summary>
    public RouteShare? Pick(int version) => Shares.Where(share => share.Version == version).MaxBy(share => share.Weight);
}

internal sealed class Router
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(0.8);

    private static readonly SlugAttribute s_name = new();

    private readonly IDbContextFactory<CatalogContext> _contexts;
    private readonly ServingCounts _counts;
    private readonly Remembered<(Guid Team, string Name), DeploymentRoute> _routes;

    public Router(IDbContextFactory<CatalogContext> contexts, ServingCounts counts, TimeProvider clock) =>
        (_contexts, _counts, _routes) = (contexts, counts, new(Load, s_fresh, TimeSpan.MaxValue, clock));

    /// <returns>Null when the team has no such deployment.</returns>
    public ValueTask<DeploymentRoute?> Find(Guid teamId, string name, CancellationToken token) => _routes.Find((teamId, name), token);

    /// <summary>Called where a deployment changes, so that its own replica follows at once.</summary>
    public void Forget(Guid teamId, string name) => _routes.Forget((teamId, name));

    private async Task<DeploymentRoute?> Load((Guid Team, string Name) key, DeploymentRoute? before)
    {
        if (!s_name.IsValid(key.Name))
            return null; // PostgreSQL refuses some texts that a caller may send, and no deployment is called so
        await using var context = await _contexts.CreateDbContextAsync();
        var row = await context.Deployments.ForViews().SingleOrDefaultAsync(found => found.TeamId == key.Team && found.Name == key.Name);
        if (before is not null && before.Id != row?.Id)
            _counts.Forget(before.Id); // another replica deleted it
        if (row?.Revisions.MaxBy(found => found.Number) is not { } revision)
            return null;
        // Revisions never change, so neither does what is kept for them: the queues of requests that wait.
        var shares = before is not null && (before.Id, before.Revision) == (row.Id, revision.Number) ? before.Shares
            : [.. revision.Shares.Select(share => new RouteShare(
                share.VersionId, share.Version.Model.Name, share.Version.Number, share.Weight, revision.Batching,
                _counts.Of(key.Team, row.Name, row.Id, share.Version.Model.Name, share.Version.Number, share.VersionId)))];
        return new(row.Id, row.Name, row.State, revision.Number, shares);
    }
}
