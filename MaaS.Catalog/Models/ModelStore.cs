// What jobs that import and export write when they succeed: a version or a file of one, in the transaction that ends the job.
// Knows rows; what is in the files is the worker's concern.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog.Models;

public sealed class ModelStore(IDbContextFactory<CatalogContext> contexts)
{
    /// <summary>running -> succeeded, with the package as the model's next version.</summary>
    /// <param name="files">Already in the artifact store.</param>
    /// <returns>False when the job is no longer this attempt's; nothing was written then.</returns>
    public async Task<bool> Succeed(JobLease held, string model, ModelManifest manifest, IReadOnlyList<PackageFile> files, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await JobQueue.Succeed(context, held, token))
            return false;
        var job = await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == held.JobId, token);
        await ModelRegistration.Register(context, job.TeamId, model, manifest, files, null, job.CreatedBy, token);
        await transaction.CommitAsync(token);
        return true;
    }

    /// <summary>running -> succeeded, with a file more for the version; of one that was deleted meanwhile nothing is kept.</summary>
    /// <inheritdoc cref="Succeed(JobLease, string, ModelManifest, IReadOnlyList{PackageFile}, CancellationToken)"/>
    public async Task<bool> Succeed(JobLease held, Guid versionId, PackageFile file, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await JobQueue.Succeed(context, held, token))
            return false;
        await context.Database.ExecuteSqlAsync(
            $"""
            insert into model_files (version_id, path, sha256, bytes) select id, {file.Path}, {file.Sha256}, {file.Bytes} from model_versions
            where id = {versionId} for key share on conflict do nothing
            """, token);
        await transaction.CommitAsync(token);
        return true;
    }
}
