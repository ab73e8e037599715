// Rows of deployments and their append-only revisions.
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;

namespace MaaS.Catalog.Deployments;

public sealed class Deployment
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; init; }
    public DeploymentState State { get; set; } = DeploymentState.Serving;
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<Revision> Revisions { get; } = [];
}

public sealed class Revision
{
    public Guid DeploymentId { get; init; }
    public required int Number { get; init; }
    public string? Reason { get; init; }
    public int? RollbackOf { get; init; }
    public Batching Batching { get; init; } = new();
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<RevisionShare> Shares { get; } = [];
}

/// <summary>Part of a revision's traffic; its foreign key keeps a version that any revision names from being deleted.</summary>
public sealed class RevisionShare
{
    public Guid DeploymentId { get; init; }
    public int RevisionNumber { get; init; }
    public required Guid VersionId { get; init; }
    public ModelVersion Version { get; init; } = null!;
    public required int Weight { get; init; }
}
