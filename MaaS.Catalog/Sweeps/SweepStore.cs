// What a sweep writes while it runs: its report, and the runs it makes. Every write names the attempt, as JobQueue's do.
// Knows rows; which run comes next is the search's concern.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Sweeps;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog.Sweeps;

public sealed class SweepStore(IDbContextFactory<CatalogContext> contexts)
{
    /// <summary>Replaces the report; with it, in one transaction, a new run and its job begin when they are given.</summary>
    /// <returns>False when the sweep is no longer this attempt's, or is to stop; nothing was written then.</returns>
    public async Task<bool> Save(JobLease held, Guid sweepRun, SweepReport report, (Job Job, Run Run)? begun, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // Locked, so that whoever cancels the sweep afterwards sees the job that is added here.
        var mine = await context.Database.SqlQuery<bool>(
            $"select true as \"Value\" from jobs where id = {held.JobId} and attempt = {held.Attempt} and state = 'running' and not cancel_requested for no key update")
            .ToListAsync(token);
        if (mine.Count == 0)
            return false;
        await context.Runs.Where(run => run.Id == sweepRun).ExecuteUpdateAsync(run => run.SetProperty(row => row.Sweep, report), token);
        if (begun is var (job, opened))
        {
            context.Runs.Add(opened);
            await JobQueue.Enqueue(context, job, token);
        }
        await transaction.CommitAsync(token);
        return true;
    }

    /// <summary>running -> succeeded, with the last report and, when asked for, the best run's package as the model's next version.</summary>
    public async Task<bool> Succeed(JobLease held, Guid sweepRun, SweepReport report, string? registerAs, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await JobQueue.Succeed(context, held, token))
            return false;
        var objective = report.Trials.FirstOrDefault(trial => trial.RunId == report.BestRunId)?.Objective;
        var run = await context.Runs.Include(row => row.Job).SingleOrDefaultAsync(row => row.Id == sweepRun, token);
        if (run is not null)
        {
            run.Sweep = report;
            run.Metrics = new Dictionary<string, double> { ["best_objective"] = objective ?? double.NaN, ["trials"] = report.Trials.Count };
            await context.SaveChangesAsync(token);
            await MetricSummaries.Conclude(context, run, token);
            var best = await context.Runs.Include(row => row.Artifacts).SingleOrDefaultAsync(row => row.Id == report.BestRunId, token);
            if (registerAs is not null && best?.Manifest is not null)
                await ModelRegistration.Register(context, best, registerAs, run.Job.CreatedBy, token);
        }
        await transaction.CommitAsync(token);
        return true;
    }

    /// <summary>How the jobs of a sweep stand.</summary>
    public async Task<IReadOnlyDictionary<Guid, Job>> Jobs(Guid sweepJob, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Jobs.AsNoTracking().Where(job => job.ParentId == sweepJob).ToDictionaryAsync(job => job.Id, token);
    }

    /// <summary>Workers that answer.</summary>
    public async Task<int> Workers(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var since = DateTimeOffset.UtcNow.AddSeconds(-30);
        return await context.Workers.CountAsync(worker => worker.HeartbeatAt > since, token);
    }
}
