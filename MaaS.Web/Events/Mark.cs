// What of an event tells whether something has to be fetched again.
using MaaS.Contracts.Events;

namespace MaaS.Web.Events;

internal static class Mark
{
    /// <summary>Which things there are and in which state; not how far they are, nor how much they are asked.</summary>
    public static object? Shape(LiveEvent item) => item switch
    {
        TeamJobsEvent jobs => (jobs.Queued, string.Join(' ', jobs.Jobs.Select(job => $"{job.Id} {job.State} {job.CancelRequested}"))),
        DeploymentsEvent deployments => string.Join(' ', deployments.Deployments.Select(deployment => $"{deployment.Name} {deployment.State} {deployment.Revision}")),
        _ => item,
    };

    /// <summary>The shape, and how far those jobs are that fill these runs.</summary>
    public static Func<LiveEvent, object?> Progress(Func<Guid, bool> runs) => item => item is TeamJobsEvent jobs
        ? (Shape(item), string.Join(' ', jobs.Jobs.Where(job => job.RunId is { } run && runs(run)).Select(job => $"{job.Progress:r}")))
        : Shape(item);

    /// <summary>Something of one deployment; null when it is gone.</summary>
    public static Func<LiveEvent, object?> Of(string deployment, Func<DeploymentBrief, object?> mark) => item =>
        (item as DeploymentsEvent)?.Deployments.FirstOrDefault(one => one.Name == deployment) is { } brief ? mark(brief) : null;
}
