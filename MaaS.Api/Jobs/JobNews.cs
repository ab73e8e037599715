// What streams of events say of jobs: of one job all of it, of a team's queue as much as a list shows.
using MaaS.Api.Events;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class JobNews
{
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(10);
    private const int Newest = 30;

    public static async Task<IEnumerable<(Source, LiveEvent)>> States(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var ids = sources.Select(source => source.Id).ToList();
        var rows = await context.Jobs.AsNoTracking().Where(row => ids.Contains(row.Id)).ToListAsync(token);
        return (await JobViews.Of(context, rows, token)).Select(view => (new Source(TopicKind.Job, view.Id), (LiveEvent)new JobStateEvent(view)));
    }

    public static async Task<IEnumerable<(Source, LiveEvent)>> Queues(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var (teams, since) = (sources.Select(source => source.Id).ToList(), DateTimeOffset.UtcNow - s_recent);
        var asked = context.Teams.Where(team => teams.Contains(team.Id));
        var running = await Briefs(context.Jobs.Where(job => teams.Contains(job.TeamId) && job.State == JobState.Running), token);
        var newest = await Briefs(asked.SelectMany(team => context.Jobs.Where(job => job.TeamId == team.Id).OrderByDescending(job => job.CreatedAt).Take(Newest)), token);
        var ended = await Briefs(asked.SelectMany(team => context.Jobs.Where(job => job.TeamId == team.Id && job.FinishedAt > since).OrderByDescending(job => job.FinishedAt).Take(Newest)), token);
        var queued = await context.Jobs.Where(job => teams.Contains(job.TeamId) && job.State == JobState.Queued)
            .GroupBy(job => job.TeamId).Select(jobs => new { jobs.Key, Count = jobs.Count() }).ToDictionaryAsync(jobs => jobs.Key, jobs => jobs.Count, token);
        // Of one that changed between two of the readings, the later.
        var jobs = running.Concat(newest).Concat(ended).GroupBy(one => one.Brief.Id).Select(same => same.Last()).OrderByDescending(one => one.Brief.Id).ToLookup(one => one.Team, one => one.Brief);
        return sources.Select(source => (source, (LiveEvent)new TeamJobsEvent([.. jobs[source.Id]], queued.GetValueOrDefault(source.Id))));
    }

    // Without the specification, which is long and stays as it is.
    private static async Task<List<(Guid Team, JobBrief Brief)>> Briefs(IQueryable<Job> jobs, CancellationToken token) =>
        (await jobs.Select(job => new { job.TeamId, job.Id, job.Kind, job.State, job.RunId, job.ParentId, job.CancelRequested, job.Attempt, job.Progress, job.Phase }).ToListAsync(token))
        .ConvertAll(job => (job.TeamId, new JobBrief(job.Id, job.Kind, job.State, job.RunId, job.ParentId, job.CancelRequested, job.Attempt, job.Progress, job.Phase)));
}
