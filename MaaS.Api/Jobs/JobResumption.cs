// POST /api/jobs/{job}/resume: a training that ended before it was done goes on where its newest checkpoint left it.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class JobResumption
{
    public static async Task<Results<Ok<JobView>, NotFoundProblem, ConflictProblem>> Resume(
        Guid job, Caller caller, CatalogContext context, JobQueue queue, CancellationToken token)
    {
        if (await JobEndpoints.Find(context, caller, job, token) is not { } row)
            return new NotFoundProblem("job", job);
        // Two who ask at once: the second finds it queued, which is what was wanted.
        if (row.State.HasEnded() && !await queue.Resume(job, token))
            return new ConflictProblem("job_not_resumable", await context.Runs.AnyAsync(run => run.JobId == job, token) ? Reason(row) : "The job's run was deleted; restore the run first.");
        if (row.State.HasEnded())
        {
            context.Audit(caller, "resumed", "job", $"{job}");
            await context.SaveChangesAsync(token);
        }
        return TypedResults.Ok(await JobViews.Of(context, (await JobEndpoints.Find(context, caller, job, token))!, token));
    }

    private static string Reason(Job row) => row switch
    {
        { State: JobState.Succeeded } => "The job has succeeded; there is nothing left to do.",
        { Kind: not JobKind.Train } => $"The job is of kind {row.Kind.ToString().ToLowerInvariant()}; only a training goes on from where it stopped. Submit it again.",
        { ParentId: not null } => "The training belongs to a search that has ended; submit its settings as a training of its own.",
        { CheckpointSha256: null } => "The training ended before its first checkpoint; submit it again.",
        _ => "The training's checkpoint is gone; checkpoints of ended trainings are kept for a day. Submit it again.",
    };
}
