// The rows that a topic stands for, for one caller: "jobs" is another team's queue for another caller. Only what exists for the caller
// becomes a source; from there on nobody asks again whose it is.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Events;

/// <param name="Id">Of the job, run or webhook, or of the team.</param>
/// <param name="Person">Whose notifications.</param>
internal readonly record struct Source(TopicKind Kind, Guid Id, Guid Person = default)
{
    /// <summary>Each of the topics, whole, with its source or the reason why there is none.</summary>
    public static async Task<IReadOnlyList<(Topic Topic, Source? Source, Problem? Problem)>> Find(
        CatalogContext context, Caller caller, IReadOnlyCollection<Topic> topics, CancellationToken token)
    {
        List<Guid> Ids(params TopicKind[] kinds) => [.. topics.Where(topic => kinds.Contains(topic.Kind)).Select(topic => topic.Id!.Value)];
        var (jobs, runs, webhooks) = (Ids(TopicKind.Job, TopicKind.Log), Ids(TopicKind.Metrics, TopicKind.Run), Ids(TopicKind.Webhook));
        var ours = new HashSet<Guid>();
        if (jobs.Count > 0)
            ours.UnionWith(await context.Jobs.Where(row => row.TeamId == caller.TeamId && jobs.Contains(row.Id)).Select(row => row.Id).ToListAsync(token));
        if (runs.Count > 0)
            ours.UnionWith(await context.Runs.Where(row => row.TeamId == caller.TeamId && runs.Contains(row.Id)).Select(row => row.Id).ToListAsync(token));
        if (webhooks.Count > 0)
            ours.UnionWith(await context.Webhooks.Where(row => row.TeamId == caller.TeamId && webhooks.Contains(row.Id)).Select(row => row.Id).ToListAsync(token));
        return [.. topics.Select(topic => Find(topic, caller, ours))];
    }

    public static Problem NotFound(Topic topic) => new(404, NotFoundProblem.CodeOf("topic"), "Not Found", NotFoundProblem.DetailOf("topic", topic));

    private static (Topic, Source?, Problem?) Find(Topic topic, Caller caller, HashSet<Guid> ours) => topic switch
    {
        { Kind: TopicKind.Workers } => (topic, new Source(topic.Kind, Guid.Empty), null),
        { Kind: TopicKind.Notifications } when caller.UserId is not { } => (topic, null, new(403, "session_needed", "Forbidden", "An API key has no account of its own; only a person's session has notifications.")),
        { Kind: TopicKind.Notifications } => (topic, new Source(topic.Kind, caller.TeamId, caller.UserId!.Value), null),
        { Id: null } => (topic, new Source(topic.Kind, caller.TeamId), null),
        { Id: { } id } when !ours.Contains(id) => (topic, null, NotFound(topic)),
        { Kind: TopicKind.Webhook } when caller.Role < Role.Admin => (topic, null, new(403, "role_missing", "Forbidden", $"Your role is {caller.Role.Word()}; webhook needs admin. An admin of the team can change it.")),
        { Id: { } id } => (topic, new Source(topic.Kind, id), null),
    };
}
