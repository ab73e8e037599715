// The rows that events come from. A sweep's own trials and what a person canceled are no news.
using MaaS.Catalog;
using MaaS.Catalog.Models;
using MaaS.Catalog.Notifications;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Notifications;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal sealed class EndedRuns : IEventSource
{
    private const int LongestError = 500;

    public string Name => "jobs";

    public TimeSpan Pause => TimeSpan.Zero;

    public async Task<IReadOnlyList<Found>> Read(CatalogContext context, DateTimeOffset since, CancellationToken token)
    {
        var ended = await (
            from run in context.Runs
            where run.Job.FinishedAt > since && run.Job.ParentId == null && (run.Job.State == JobState.Succeeded || run.Job.State == JobState.Failed)
            orderby run.Job.FinishedAt
            select new { run.Id, run.TeamId, run.JobId, run.Job.Attempt, run.Name, Experiment = run.Experiment.Name, run.Job.State, run.Job.Error, run.Job.CreatedBy, run.Job.FinishedAt }).ToListAsync(token);
        return ended.ConvertAll(run => new Found(new TeamEvent
        {
            TeamId = run.TeamId,
            Kind = run.State == JobState.Succeeded ? EventKind.RunSucceeded : EventKind.RunFailed,
            Source = $"job/{run.JobId}/{run.Attempt}", // one that is resumed ends again
            Name = run.Name,
            Detail = run.State == JobState.Succeeded ? run.Experiment : run.Error?[..Math.Min(run.Error.Length, LongestError)],
            Link = $"/runs/{run.Id}",
            At = run.FinishedAt!.Value,
        }, run.CreatedBy));
    }
}

internal sealed class GuardedRollbacks : IEventSource
{
    public string Name => "revisions";

    public TimeSpan Pause => TimeSpan.Zero;

    public async Task<IReadOnlyList<Found>> Read(CatalogContext context, DateTimeOffset since, CancellationToken token)
    {
        var made = await (
            from revision in context.Revisions
            where revision.CreatedAt > since && revision.CreatedBy == RevisionView.Guardian
            join deployment in context.Deployments on revision.DeploymentId equals deployment.Id
            orderby revision.CreatedAt
            select new { deployment.TeamId, deployment.Id, deployment.Name, revision.Number, revision.Reason, revision.CreatedAt }).ToListAsync(token);
        return made.ConvertAll(row => new Found(new TeamEvent
        {
            TeamId = row.TeamId,
            Kind = EventKind.DeploymentRolledBack,
            Source = $"revision/{row.Id}/{row.Number}",
            Name = row.Name,
            Detail = row.Reason,
            Link = $"/deployments/{row.Name}",
            At = row.CreatedAt,
        }));
    }
}

internal sealed class Approvals : IEventSource
{
    public string Name => "approvals";

    public TimeSpan Pause => TimeSpan.Zero;

    public async Task<IReadOnlyList<Found>> Read(CatalogContext context, DateTimeOffset since, CancellationToken token)
    {
        var rows = await context.VersionApprovals.AsNoTracking().Include(row => row.Version.Model)
            .Where(row => row.RequestedAt > since || row.DecidedAt > since).OrderBy(row => row.Id).ToListAsync(token);
        return
        [
            .. rows.Where(row => row.RequestedAt > since).Select(row => Event(row, EventKind.ApprovalRequested, $"{row.RequestedBy}: {row.Note}", row.RequestedAt)),
            .. rows.Where(row => row.DecidedAt > since).Select(row => Event(
                row, row.State == ApprovalState.Approved ? EventKind.VersionApproved : EventKind.VersionRejected, $"{row.DecidedBy}: {row.Decision}", row.DecidedAt!.Value)),
        ];
    }

    private static Found Event(VersionApproval row, EventKind kind, string detail, DateTimeOffset at) => new(
        new TeamEvent
        {
            TeamId = row.TeamId,
            Kind = kind,
            Source = $"approval/{row.Id}/{(kind == EventKind.ApprovalRequested ? "requested" : "decided")}",
            Name = $"Version {row.Version.Number} of {row.Version.Model.Name}",
            Detail = detail,
            Link = $"/models/{row.Version.Model.Name}/{row.Version.Number}",
            At = at,
        },
        row.Requester);
}
