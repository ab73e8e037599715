// What jobs leave when they succeed, written in the transaction that ends them: whoever lost the job writes nothing of it.
// Knows no statement that touches a job's state.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Models;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Catalog.Jobs;

public sealed partial class JobQueue
{
    /// <summary>running -> succeeded, with the run's outcome and, when asked for, the model's next version, or nothing at all.</summary>
    public async Task<bool> Succeed(JobLease held, RunResult result, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await Succeed(context, held, token))
            return false;
        var job = await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == held.JobId, token);
        var run = await context.Runs.Include(row => row.Artifacts).SingleOrDefaultAsync(row => row.Id == job.RunId, token);
        // Deleted meanwhile: then there is nobody to tell, and no version to make.
        if (run is not null)
        {
            var last = await metrics.Last([run.Id], token);
            run.Metrics = result.Metrics.Concat(last[run.Id].Where(series => !result.Metrics.ContainsKey(series.Key))).ToDictionary();
            run.Params = result.Params?.ToDictionary() ?? run.Params;
            run.Environment = result.Environment.ToDictionary();
            run.Manifest = result.Manifest;
            run.Artifacts.AddRange(result.Artifacts.Select(file =>
                new Artifact { RunId = run.Id, Path = file.Path, Bytes = file.Bytes, Sha256 = file.Sha256 }));
            await context.SaveChangesAsync(token);
            await MetricSummaries.Conclude(context, run, token);
            if (job.Spec is TrainJob { RegisterAs: { } model })
                await ModelRegistration.Register(context, run, model, job.CreatedBy, token);
        }
        await transaction.CommitAsync(token);
        return true;
    }

    /// <summary>running -> succeeded for a job that described a dataset version, which becomes ready.</summary>
    public async Task<bool> Succeed(JobLease held, DatasetProfile profile, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await Succeed(context, held, token))
            return false;
        await context.DatasetVersions.Where(version => version.ProfileJobId == held.JobId).ExecuteUpdateAsync(version => version
            .SetProperty(row => row.State, DatasetState.Ready)
            .SetProperty(row => row.Profile, profile)
            .SetProperty(row => row.RowCount, profile.RowCount)
            .SetProperty(row => row.ColumnCount, profile.Columns.Count)
            .SetProperty(row => row.Error, (string?)null), token);
        await transaction.CommitAsync(token);
        return true;
    }
}
