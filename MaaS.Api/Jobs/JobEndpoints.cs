// Jobs: work in the queue. Submitting checks everything that can be known now; a job that starts should not fail for a typing error.
using MaaS.Api.Compression;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("jobs").WithTags("Jobs");
        jobs.MapGet("", List).WithSummary("Jobs, newest first, in one state or in all");
        jobs.MapPost("", Submit).Needs(Role.Member).WithSummary("Submit a job; training, searching, compressing and scoring open a run");
        jobs.MapGet("{job}", Get).WithSummary("One job");
        jobs.MapPost("{job}/cancel", Cancel).Needs(Role.Member).WithSummary("Ask a job to stop; one that has ended stays as it is");
        jobs.MapPost("{job}/resume", JobResumption.Resume).Needs(Role.Member).WithSummary("Let a training that was canceled or failed go on from its newest checkpoint");
    }

    private static async Task<Results<Ok<Page<JobView>>, InvalidProblem>> List(
        string? state, [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        JobState? wanted = null;
        if (state is not null)
        {
            if (!Enum.TryParse<JobState>(state, ignoreCase: true, out var known) || !Enum.IsDefined(known) || char.IsAsciiDigit(state[0]))
                return new InvalidProblem("state_unknown", $"state is \"{state}\"; it must be one of queued, running, succeeded, failed, canceled.");
            wanted = known;
        }
        var jobs = context.Jobs.AsNoTracking()
            .Where(row => row.TeamId == caller.TeamId && (wanted == null || row.State == wanted) && (after == null || row.Id < after))
            .OrderByDescending(row => row.Id);
        var page = await jobs.Page(paging.Count, row => $"{row.Id}", row => row, token);
        return TypedResults.Ok(new Page<JobView>(await JobViews.Of(context, page.Items, token), page.Next));
    }

    private static async Task<Results<Ok<JobView>, NotFoundProblem>> Get(Guid job, Caller caller, CatalogContext context, CancellationToken token) =>
        await Find(context, caller, job, token) is { } row ? TypedResults.Ok(await JobViews.Of(context, row, token)) : new NotFoundProblem("job", job);

    private static async Task<Results<Ok<JobView>, NotFoundProblem, ConflictProblem, InvalidProblem, TooLargeProblem>> Submit(
        JobSpec spec, Caller caller, CatalogContext context, StorageQuota storage, CancellationToken token) => spec switch
        {
            // What a training leaves is small, but without room even that is too much.
            TrainJob or SweepJob or CompressJob or ScoreJob when await storage.Of(caller, token) is { Left: 0 } room => room.Full(),
            TrainJob train => await Answer(await TrainSubmission.Submit(train, caller, context, token), context, token),
            SweepJob sweep => await Answer(await TrainSubmission.Submit(sweep, caller, context, token), context, token),
            CompressJob compress => await Answer(await CompressSubmission.Submit(compress, caller, context, token), context, token),
            ScoreJob score => await Answer(await ScoreSubmission.Submit(score, caller, context, token), context, token),
            ProfileJob => new InvalidProblem("kind_not_submitted", "kind is \"profile\"; a file is read when it is uploaded or reread, submit \"train\", \"sweep\", \"compress\" or \"score\" here."),
            ImportJob => new InvalidProblem("kind_not_submitted", "kind is \"import\"; a model is brought in by sending its file to POST /api/models/imports."),
            _ => new InvalidProblem("kind_not_submitted", "kind is \"export\"; a version is exported by POST /api/models/{model}/versions/{version}/exports."),
        };

    private static async Task<Results<Ok<JobView>, NotFoundProblem, ConflictProblem, InvalidProblem, TooLargeProblem>> Answer(
        (Job? Job, ProblemResult? Problem) submitted, CatalogContext context, CancellationToken token)
    {
        return submitted switch
        {
            (Job job, _) => TypedResults.Ok(await JobViews.Of(context, job, token)),
            (_, ConflictProblem conflict) => conflict,
            (_, NotFoundProblem missing) => missing,
            var (_, problem) => (InvalidProblem)problem!,
        };
    }

    private static async Task<Results<Ok<JobView>, NotFoundProblem>> Cancel(
        Guid job, Caller caller, CatalogContext context, JobQueue queue, CancellationToken token)
    {
        if (await Find(context, caller, job, token) is not { } row)
            return new NotFoundProblem("job", job);
        if (!row.State.HasEnded())
        {
            context.Audit(caller, "canceled", "job", $"{job}");
            await context.SaveChangesAsync(token);
            await queue.RequestCancel(job, token);
        }
        return TypedResults.Ok(await JobViews.Of(context, (await Find(context, caller, job, token))!, token));
    }

    public static Task<Job?> Find(CatalogContext context, Caller caller, Guid job, CancellationToken token) =>
        context.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == job && row.TeamId == caller.TeamId, token);
}
