// What the outside sees of a job.
namespace MaaS.Contracts.Jobs;

/// <param name="RunId">The run it fills; null for jobs that fill none (profile).</param>
/// <param name="Progress">0 to 1.</param>
/// <param name="Phase">A few words on what it is doing now, "epoch 3 of 40", or why it waits.</param>
/// <param name="Error">A sentence, when it failed.</param>
/// <param name="Resumable">It ended before it was done and left a checkpoint to go on from.</param>
/// <param name="ErrorCode">Stable: <c>user_error</c>, <c>crashed</c>, <c>out_of_memory</c>, <c>disk_full</c>, <c>lease_lost</c>, <c>bug</c>.</param>
public sealed record JobView(
    Guid Id,
    JobKind Kind,
    JobState State,
    bool CancelRequested,
    int Attempt,
    int Priority,
    double Progress,
    string? Phase,
    string? Error,
    string? ErrorCode,
    JobSpec Spec,
    Guid? RunId,
    string? WorkerName,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    bool Resumable = false);

public enum JobState { Queued, Running, Succeeded, Failed, Canceled }
