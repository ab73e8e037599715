// What streams of events say, GET /api/events and GET /api/jobs/{job}/events. An event's name is its discriminator; its id is how far
// the stream has been told (StreamPosition), and a stream that is asked for with it goes on from there.
using System.Text.Json.Serialization;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Workers;

namespace MaaS.Contracts.Events;

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(JobStateEvent), "state")]
[JsonDerivedType(typeof(JobMetricsEvent), "metrics")]
[JsonDerivedType(typeof(JobLogEvent), "log")]
[JsonDerivedType(typeof(TeamJobsEvent), "jobs")]
[JsonDerivedType(typeof(UnreadEvent), "notifications")]
[JsonDerivedType(typeof(DeploymentsEvent), "deployments")]
[JsonDerivedType(typeof(WorkersEvent), "workers")]
[JsonDerivedType(typeof(ChangedEvent), "changed")]
[JsonDerivedType(typeof(GoneEvent), "gone")]
public abstract record LiveEvent;

/// <summary>State, progress or phase changed. Of a job that was seen running, the final one comes after its last points and lines.</summary>
public sealed record JobStateEvent(JobView Job) : LiveEvent;

/// <summary>New points; each comes once. A step that is not above the last of its series voids what came from there on: the job went back to a checkpoint.</summary>
public sealed record JobMetricsEvent(Guid RunId, IReadOnlyList<MetricPoint> Points) : LiveEvent;

/// <summary>New lines; each comes once.</summary>
public sealed record JobLogEvent(Guid JobId, IReadOnlyList<LogLine> Lines) : LiveEvent;

/// <param name="Jobs">Those that run, the newest, and those that ended in the last ten minutes; newest first.</param>
/// <param name="Queued">How many wait.</param>
public sealed record TeamJobsEvent(IReadOnlyList<JobBrief> Jobs, int Queued) : LiveEvent;

/// <param name="ParentId">The sweep that began it.</param>
public sealed record JobBrief(
    Guid Id, JobKind Kind, JobState State, Guid? RunId, Guid? ParentId, bool CancelRequested, int Attempt, double Progress, string? Phase);

/// <param name="Newest">When the newest of them happened, so that one that came while another was read is noticed.</param>
public sealed record UnreadEvent(int Count, DateTimeOffset? Newest) : LiveEvent;

/// <param name="Deployments">All of the team's, by name.</param>
public sealed record DeploymentsEvent(IReadOnlyList<DeploymentBrief> Deployments) : LiveEvent;

/// <param name="Requests">Answered and failed since the hour began.</param>
/// <param name="Compared">By the shadow of its newest revision.</param>
/// <param name="Sampled">Requests its sampling has taken; null when there is none.</param>
/// <param name="SamplingEndsAt">At the latest.</param>
public sealed record DeploymentBrief(
    string Name, DeploymentState State, int Revision, long Requests, long Compared, int? Sampled = null, DateTimeOffset? SamplingEndsAt = null);

public sealed record WorkersEvent(IReadOnlyList<WorkerView> Workers) : LiveEvent;

/// <summary>Something is no longer as it was; whoever shows it fetches it again.</summary>
public sealed record ChangedEvent(string Topic, string Version) : LiveEvent;

/// <summary>A topic of this stream does not exist for the caller, or exists no longer; the others go on.</summary>
public sealed record GoneEvent(string Topic, Problem Problem) : LiveEvent;
