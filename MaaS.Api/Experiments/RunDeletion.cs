// Marks runs as deleted, unless their jobs are under way. Whoever resumes a job holds its run's row meanwhile (JobQueue.Resume), so of two at
// once the second finds what the first did.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunDeletion
{
    /// <summary>All or none, in the caller's transaction.</summary>
    /// <returns>Why not; null when it is done.</returns>
    public static async Task<ConflictProblem?> Delete(CatalogContext context, List<Guid> ids, CancellationToken token)
    {
        await context.Database.ExecuteSqlAsync($"select id from runs where id = any({ids}) order by id for update", token);
        var runs = context.Runs.Where(run => ids.Contains(run.Id));
        var active = await runs.Where(run => run.Job.State == JobState.Queued || run.Job.State == JobState.Running)
            .Select(run => new { run.Name, run.Job.State }).FirstOrDefaultAsync(token);
        if (active is not null)
            return new("run_under_way", $"\"{active.Name}\" is {(active.State == JobState.Queued ? "queued" : "running")}; cancel its job or wait.");
        await runs.ExecuteUpdateAsync(run => run.SetProperty(row => row.DeletedAt, DateTimeOffset.UtcNow), token);
        return null;
    }
}
