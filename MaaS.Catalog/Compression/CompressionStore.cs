// What a compress job writes while it runs: its report, and each variant as a version of the catalog, one at a time, so that whatever
// ends the job leaves what it has found. Every write names the attempt, as JobQueue's do. Knows rows; what a variant is, the engine does.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog.Compression;

public sealed class CompressionStore(IDbContextFactory<CatalogContext> contexts)
{
    /// <summary>
    /// Registers the variant's package as the next version of the model, with the run beside it, and puts it into the run's report, both or
    /// neither. A number that the report has already is left as it is: that makes a second try after a lost answer harmless.
    /// </summary>
    /// <param name="report">What is known beside the variants; its own list of them is not looked at.</param>
    /// <param name="files">Already in the artifact store.</param>
    /// <returns>The report as it now is; null when the job is no longer this attempt's, and then nothing was written.</returns>
    public async Task<CompressionReport?> Add(
        JobLease held, CompressionReport report, Variant variant, string model, ModelManifest manifest, IReadOnlyList<PackageFile> files, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await Mine(context, held, token) is not { } run)
            return null;
        var known = run.Compression?.Variants ?? [];
        if (known.All(other => other.Number != variant.Number))
        {
            var version = await ModelRegistration.Register(context, run.TeamId, model, manifest, files, run.Id, run.Job.CreatedBy, token);
            known = [.. known, variant with { Version = new(version.Id, model, version.Number) }];
        }
        run.Compression = report with { Variants = known };
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return run.Compression;
    }

    /// <summary>running -> succeeded, with the last report, and how the variant to take compares among the run's figures.</summary>
    /// <returns>False when the job is no longer this attempt's; nothing was written then.</returns>
    public async Task<bool> Succeed(JobLease held, CompressionReport report, IReadOnlyDictionary<string, string> environment, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await JobQueue.Succeed(context, held, token))
            return false;
        if (await context.Runs.SingleOrDefaultAsync(row => row.JobId == held.JobId, token) is { } run)
        {
            run.Compression = report with { Variants = run.Compression?.Variants ?? [] };
            run.Metrics = Figures(run.Compression);
            run.Environment = environment.ToDictionary();
            await context.SaveChangesAsync(token);
            await MetricSummaries.Conclude(context, run, token);
        }
        await transaction.CommitAsync(token);
        return true;
    }

    /// <summary>The run of a job that this attempt holds; the job's row stays locked, so that no other attempt begins before the transaction ends.</summary>
    private static async Task<Run?> Mine(CatalogContext context, JobLease held, CancellationToken token)
    {
        var mine = await context.Database.SqlQuery<bool>(
            $"select true as \"Value\" from jobs where id = {held.JobId} and attempt = {held.Attempt} and state = 'running' for no key update").ToListAsync(token);
        return mine.Count == 0 ? null : await context.Runs.Include(row => row.Job).SingleOrDefaultAsync(row => row.JobId == held.JobId, token);
    }

    private static Dictionary<string, double> Figures(CompressionReport report)
    {
        var figures = new Dictionary<string, double> { ["variants"] = report.Variants.Count };
        if (report.Variants.FirstOrDefault(variant => variant.Number == report.Best) is not { } best)
            return figures;
        figures[$"{(report.IsTested ? "test" : "val")}_{report.Quality}"] = best.Figures.Quality;
        figures["bytes"] = best.Figures.Bytes;
        figures["times_smaller"] = (double)report.Source.Figures.Bytes / best.Figures.Bytes;
        figures["p50_ms"] = best.Figures.P50Ms;
        return figures;
    }
}
