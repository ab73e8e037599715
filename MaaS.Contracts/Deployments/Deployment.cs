// A deployment is a named endpoint; what it serves is its newest revision. Revisions are only ever added.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Deployments;

/// <param name="State">Paused deployments answer 503 and keep their revisions.</param>
public sealed record DeploymentView(
    Guid Id, string Name, DeploymentState State, RevisionView Revision, DateTimeOffset CreatedAt);

public enum DeploymentState { Serving, Paused }

/// <param name="RollbackOf">The revision whose traffic this one restored.</param>
public sealed record RevisionView(
    int Number,
    IReadOnlyList<TrafficShare> Traffic,
    string? Reason,
    int? RollbackOf,
    string CreatedBy,
    DateTimeOffset CreatedAt);

/// <param name="Weight">Percent of the requests; the weights of a revision add up to 100.</param>
public sealed record TrafficShare(
    [property: Required, Slug] string Model,
    [property: Range(1, int.MaxValue)] int Version,
    [property: Range(1, 100)] int Weight = 100);

public sealed record CreateDeployment(
    [property: Required, Slug] string Name,
    [property: Required, MinLength(1), MaxLength(10)] IReadOnlyList<TrafficShare> Traffic,
    [property: StringLength(500)] string? Reason = null);

public sealed record CreateRevision(
    [property: Required, MinLength(1), MaxLength(10)] IReadOnlyList<TrafficShare> Traffic,
    [property: StringLength(500)] string? Reason = null);

/// <param name="Revision">The one to restore; null is the one before the newest.</param>
public sealed record Rollback(
    [property: Range(1, int.MaxValue)] int? Revision = null,
    [property: StringLength(500)] string? Reason = null);
