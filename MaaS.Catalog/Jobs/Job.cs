// The row of a job. Only JobQueue changes its state: docs/job-states.md is the picture.
using MaaS.Contracts.Jobs;

namespace MaaS.Catalog.Jobs;

public sealed class Job
{
    public const int MaxAttempts = 3;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required JobKind Kind { get; init; }
    public required JobSpec Spec { get; init; }
    public JobState State { get; init; } = JobState.Queued;
    public int Priority { get; init; }
    public bool NeedsGpu { get; init; }

    /// <summary>Counts claims; it fences a stale worker, whose writes name an older attempt and change zero rows.</summary>
    public int Attempt { get; init; }

    /// <summary>Claims that ended because the worker was shut down; they do not count against <see cref="MaxAttempts"/>.</summary>
    public int Released { get; init; }
    public bool CancelRequested { get; init; }
    public double Progress { get; init; }
    public string? Phase { get; init; }
    public string? Error { get; init; }
    public string? ErrorCode { get; init; }
    public Guid? RunId { get; init; }

    /// <summary>The sweep this job belongs to; canceling that cancels this.</summary>
    public Guid? ParentId { get; init; }
    public Guid? WorkerId { get; init; }
    public string? WorkerName { get; init; }
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>The newest checkpoint's blob, and the training step it was taken after.</summary>
    public string? CheckpointSha256 { get; init; }
    public long? CheckpointStep { get; init; }

    /// <summary>The run's newest metric chunk when the checkpoint was taken; a resumed attempt measures everything after it again.</summary>
    public long? CheckpointChunk { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>A line of a job's standard output; <see cref="Number"/> rises over the whole table and is the cursor.</summary>
public sealed class JobLogLine
{
    public long Number { get; init; }
    public required Guid JobId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Text { get; init; }
}
