// The rows of a job that fills a run: the experiment if there is none, the run with its settings written down, and the job.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

/// <param name="Data">The dataset version that it works on.</param>
/// <param name="ExperimentName">Of the experiment that is taken, or made, when <paramref name="ExperimentId"/> is null.</param>
/// <param name="RunName">Asked once the experiment is known.</param>
/// <param name="Detail">For the audit log: <c>train on people version 2</c>.</param>
internal sealed record RunOpening(
    JobSpec Spec, int Priority, bool NeedsGpu, Dictionary<string, string> Params, Guid Data,
    Guid? ExperimentId, string ExperimentName, Func<Experiment, Task<string>> RunName, string Detail)
{
    public async Task<(Job? Job, ProblemResult? Problem)> Open(Caller caller, CatalogContext context, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var experiment = ExperimentId is { } id
            ? await context.Experiments.SingleOrDefaultAsync(row => row.Id == id && row.TeamId == caller.TeamId, token)
            : await Named(context, caller, token);
        if (experiment is null)
            return (null, new NotFoundProblem("experiment", ExperimentId!));

        var runId = Guid.CreateVersion7();
        var job = new Job
        {
            TeamId = caller.TeamId,
            Kind = Spec.Kind,
            Spec = Spec,
            Priority = Priority,
            RunId = runId,
            CreatedBy = caller.Name,
            NeedsGpu = NeedsGpu,
        };
        context.Runs.Add(new Run
        {
            Id = runId,
            TeamId = caller.TeamId,
            ExperimentId = experiment.Id,
            JobId = job.Id,
            DatasetVersionId = Data,
            Name = await RunName(experiment),
            Params = Params,
        });
        context.Audit(caller, "submitted", "job", $"{job.Id}", Detail);
        await JobQueue.Enqueue(context, job, token);
        await transaction.CommitAsync(token);
        return (job, null);
    }

    /// <summary>Two submissions at once make one experiment.</summary>
    private async Task<Experiment?> Named(CatalogContext context, Caller caller, CancellationToken token)
    {
        await context.Database.ExecuteSqlAsync(
            $"""
            insert into experiments (id, team_id, name, created_at) values ({Guid.CreateVersion7()}, {caller.TeamId}, {ExperimentName}, {DateTimeOffset.UtcNow})
            on conflict (team_id, name) do nothing
            """, token);
        return await context.Experiments.SingleAsync(row => row.TeamId == caller.TeamId && row.Name == ExperimentName, token);
    }
}
