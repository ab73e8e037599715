// What there is to read for the topics that say how something is by now: which rows, and how often while somebody follows them.
using MaaS.Api.Deployments;
using MaaS.Api.Experiments;
using MaaS.Api.Jobs;
using MaaS.Api.Notifications;
using MaaS.Api.Workers;
using MaaS.Catalog;
using MaaS.Contracts.Events;

namespace MaaS.Api.Events;

/// <param name="Read">All of the sources at once, each with what to say of it; one that is left out is gone.</param>
internal sealed record Reading(
    TopicKind Kind, TimeSpan Pause, Func<CatalogContext, IReadOnlyList<Source>, CancellationToken, Task<IEnumerable<(Source Source, LiveEvent Event)>>> Read)
{
    public static IReadOnlyList<Reading> All { get; } =
    [
        new(TopicKind.Job, TimeSpan.Zero, JobNews.States),
        new(TopicKind.Jobs, TimeSpan.FromSeconds(0.9), JobNews.Queues),
        new(TopicKind.Run, TimeSpan.FromSeconds(0.9), RunNews.Changes),
        new(TopicKind.Notifications, TimeSpan.FromSeconds(0.9), NotificationNews.Unread),
        new(TopicKind.Deployments, TimeSpan.FromSeconds(2), DeploymentNews.Briefs),
        new(TopicKind.Webhook, TimeSpan.FromSeconds(2), NotificationNews.Deliveries),
        new(TopicKind.Workers, TimeSpan.FromSeconds(5), WorkerNews.Beats),
    ];
}

/// <summary>How something is by now, written once for all streams that are to be told.</summary>
internal sealed record Said(LiveEvent Event, string Json, string Version)
{
    public bool IsLast => IsLastOf(Event);

    /// <summary>Whether nothing more is said of its topic after it, unless the job is resumed.</summary>
    public static bool IsLastOf(LiveEvent item) => item is GoneEvent || (item is JobStateEvent state && state.Job.State.HasEnded());

    public static Said Of(LiveEvent item)
    {
        var json = EventJson.Of(item);
        return new(item, json, EventJson.Hash(json));
    }
}
