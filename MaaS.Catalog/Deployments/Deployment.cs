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

    /// <summary>The newest one; null when there was none yet.</summary>
    public SamplingRow? Sampling { get; set; }
}

public sealed class Revision
{
    public Guid DeploymentId { get; init; }
    public required int Number { get; init; }
    public string? Reason { get; init; }
    public int? RollbackOf { get; init; }
    public Batching Batching { get; init; } = new();

    /// <summary>Computes a share of the requests too; its foreign key keeps it from being deleted, like those that answer.</summary>
    public Guid? ShadowVersionId { get; init; }
    public ModelVersion? ShadowVersion { get; init; }
    public int? ShadowPercent { get; init; }
    public Guard? Guard { get; init; }
    public ExecutionProvider Provider { get; init; }

    /// <summary>0 keeps none.</summary>
    public int AnswersKeptDays { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<RevisionShare> Shares { get; } = [];
    public List<ComparisonRow> Comparisons { get; } = [];
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
