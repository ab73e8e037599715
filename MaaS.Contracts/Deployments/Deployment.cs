// A deployment is a named endpoint; what it serves is its newest revision. Revisions are only ever added.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Deployments;

/// <param name="State">Paused deployments answer 503 and keep their revisions.</param>
public sealed record DeploymentView(
    Guid Id, string Name, DeploymentState State, RevisionView Revision, DateTimeOffset CreatedAt);

public enum DeploymentState { Serving, Paused }

/// <param name="RollbackOf">The revision whose traffic this one restored.</param>
/// <param name="CreatedBy">Who made it; "guard" when the revision before it broke its guard, and then the reason says how.</param>
/// <param name="Comparisons">What was found while this revision served, by all servers together; empty when nothing was compared.</param>
/// <param name="ProviderRemark">That the server which was asked computes on the CPU what is to be computed by CUDA, and why; null when nothing is to be said.</param>
/// <param name="AnswersKeptDays">How long the answers are kept, so that truth can be posted; 0 keeps none.</param>
public sealed record RevisionView(
    int Number,
    IReadOnlyList<TrafficShare> Traffic,
    string? Reason,
    int? RollbackOf,
    Batching Batching,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    Shadow? Shadow = null,
    Guard? Guard = null,
    IReadOnlyList<Comparison>? Comparisons = null,
    ExecutionProvider Provider = ExecutionProvider.Auto,
    string? ProviderRemark = null,
    int AnswersKeptDays = 0)
{
    /// <summary>Days that answers may be kept.</summary>
    public const int MostKeptDays = 90;

    /// <summary>Who makes the revisions that roll back by themselves.</summary>
    public const string Guardian = "guard";
}

/// <summary>How long requests may wait, and whether they wait for each other to be computed together.</summary>
/// <param name="MaxBatchSize">Rows computed together; 1 computes every request by itself. Pays for models that take longer than some 0.2 ms a row.</param>
/// <param name="QueueDelayMs">How long the first request waits for others to come; 0 takes only those that are there already.</param>
/// <param name="QueueLimit">Requests that may wait; one more is refused, to be sent again later.</param>
/// <param name="TimeoutMs">A request that has waited so long is given up, unless it says another time itself.</param>
/// <param name="RunLimitMs">A computation that takes so long is stopped.</param>
public sealed record Batching(
    [property: Range(1, 1024)] int MaxBatchSize = 1,
    [property: Range(0, 1000)] int QueueDelayMs = 0,
    [property: Range(1, 100_000)] int QueueLimit = 1000,
    [property: Range(1, 600_000)] int TimeoutMs = 30_000,
    [property: Range(10, 600_000)] int RunLimitMs = 60_000);

/// <param name="Weight">Percent of the requests; the weights of a revision add up to 100.</param>
public sealed record TrafficShare(
    [property: Required, Slug] string Model,
    [property: Range(1, int.MaxValue)] int Version,
    [property: Range(1, 100)] int Weight = 100);

/// <param name="Provider">Null for auto.</param>
/// <param name="AnswersKeptDays">Null for 0, which keeps none.</param>
public sealed record CreateDeployment(
    [property: Required, Slug] string Name,
    [property: Required, MinLength(1), MaxLength(10)] IReadOnlyList<TrafficShare> Traffic,
    [property: StringLength(500)] string? Reason = null,
    Batching? Batching = null,
    Shadow? Shadow = null,
    ExecutionProvider? Provider = null,
    [property: Range(0, RevisionView.MostKeptDays)] int? AnswersKeptDays = null);

/// <param name="Batching">Null leaves it as it is.</param>
/// <param name="Shadow">Null for none.</param>
/// <param name="Guard">Null for none.</param>
/// <param name="Provider">Null leaves it as it is.</param>
/// <param name="AnswersKeptDays">Null leaves it as it is.</param>
public sealed record CreateRevision(
    [property: Required, MinLength(1), MaxLength(10)] IReadOnlyList<TrafficShare> Traffic,
    [property: StringLength(500)] string? Reason = null,
    Batching? Batching = null,
    Shadow? Shadow = null,
    Guard? Guard = null,
    ExecutionProvider? Provider = null,
    [property: Range(0, RevisionView.MostKeptDays)] int? AnswersKeptDays = null);

/// <param name="Revision">The one to restore, with its traffic, its shadow and its settings; null is the one before the newest.</param>
public sealed record Rollback(
    [property: Range(1, int.MaxValue)] int? Revision = null,
    [property: StringLength(500)] string? Reason = null);
