// Adds revisions to a deployment, one after the other whoever makes them.
using MaaS.Catalog;
using MaaS.Catalog.Deployments;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Deployments;

internal static class RevisionRows
{
    /// <summary>Until the transaction ends, so parallel revisions queue up instead of colliding.</summary>
    public static Task Lock(CatalogContext context, Guid deployment, CancellationToken token) =>
        context.Database.ExecuteSqlAsync($"select 1 from deployments where id = {deployment} for update", token);

    /// <param name="make">The new revision after the newest.</param>
    /// <param name="audit">Adds the event that is saved with it.</param>
    /// <exception cref="DbUpdateConcurrencyException">The deployment has just been deleted.</exception>
    public static async Task Append(CatalogContext context, Guid deployment, Func<Revision, Revision> make, CancellationToken token, Action audit)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await Lock(context, deployment, token);
        var newest = await Newest(context, deployment, token) ?? throw new DbUpdateConcurrencyException("The deployment has just been deleted.");
        context.Revisions.Add(make(newest));
        audit();
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
    }

    /// <returns>Null when the deployment has just been deleted.</returns>
    public static Task<Revision?> Newest(CatalogContext context, Guid deployment, CancellationToken token) => context.Revisions.AsNoTracking()
        .Include(row => row.Shares).Where(row => row.DeploymentId == deployment).OrderByDescending(row => row.Number).FirstOrDefaultAsync(token);

    /// <summary>A revision that serves what an old one did; nothing guards it.</summary>
    /// <param name="old">With its shares.</param>
    public static Revision Restored(Revision old, int number, string? reason, string createdBy)
    {
        var restored = new Revision
        {
            DeploymentId = old.DeploymentId,
            Number = number,
            Reason = reason,
            RollbackOf = old.Number,
            Batching = old.Batching,
            Provider = old.Provider,
            AnswersKeptDays = old.AnswersKeptDays,
            ShadowVersionId = old.ShadowVersionId,
            ShadowPercent = old.ShadowPercent,
            CreatedBy = createdBy,
        };
        restored.Shares.AddRange(old.Shares.Select(share => new RevisionShare { VersionId = share.VersionId, Weight = share.Weight }));
        return restored;
    }
}
