// Looks every second whether a guarded revision keeps to its limits, by what this process has served of it. One that does not is rolled back to
// the revision before, by whichever process sees it first: it takes the deployment's row, and the others find a newer revision there.
using MaaS.Api.Inference;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal sealed class Guards(IDbContextFactory<CatalogContext> contexts, Router router, LoadedModels models, TimeProvider clock, ILogger<Guards> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PoolThreads.Enter();
        var settled = new HashSet<(Guid, int)>();
        using var timer = new PeriodicTimer(s_pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            foreach (var ((team, name), route) in router.Made.Where(made => made.Value.GuardedUntil > clock.GetUtcNow() && !settled.Contains((made.Value.Id, made.Value.Revision))))
                if (route.Shares.Select(share => share.Watch?.Verdict()).FirstOrDefault(verdict => verdict is not null) is { } verdict && await Settle(team, name, route, verdict, stoppingToken))
                    settled.Add((route.Id, route.Revision));
    }

    /// <returns>False when it is to be tried again.</returns>
    private async Task<bool> Settle(Guid team, string name, DeploymentRoute route, string verdict, CancellationToken token)
    {
        try
        {
            if (await RollBack(route, verdict, token))
                logger.LogWarning("Rolled back revision {Revision} of {Deployment}: {Why}", route.Revision, name, verdict);
            router.Forget(team, name);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (!Outage.Is(error))
                logger.LogError(error, "Revision {Revision} of {Deployment} breaks its guard and could not be rolled back; it is tried again", route.Revision, name);
            return false;
        }
    }

    /// <returns>False when somebody else has made a newer revision, or deleted the deployment.</returns>
    private async Task<bool> RollBack(DeploymentRoute route, string verdict, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Revisions.AsNoTracking().Include(row => row.Shares).SingleOrDefaultAsync(row => row.DeploymentId == route.Id && row.Number == route.Revision - 1, token) is not { } before)
            return false;
        // What served before may have left memory meanwhile; nothing is gained by going back to what cannot be loaded.
        await Task.WhenAll(before.Shares.Select(share => models.Get(share.VersionId, before.Provider))).WaitAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await RevisionRows.Lock(context, route.Id, token);
        if (await context.Revisions.AnyAsync(row => row.DeploymentId == route.Id && row.Number > route.Revision, token)
            || await context.Deployments.AsNoTracking().SingleOrDefaultAsync(row => row.Id == route.Id, token) is not { } deployment)
            return false;
        var reason = $"The guard of revision {route.Revision} rolled back: {verdict}";
        context.Revisions.Add(RevisionRows.Restored(before, route.Revision + 1, reason, RevisionView.Guardian));
        context.AuditEvents.Add(new AuditEvent
        {
            TeamId = deployment.TeamId,
            Actor = RevisionView.Guardian,
            Action = "rolled_back",
            Noun = "deployment",
            NounName = deployment.Name,
            Detail = $"to revision {before.Number}. {reason}",
        });
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return true;
    }
}
