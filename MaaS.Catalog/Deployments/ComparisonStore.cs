// How shadows' answers compared with those that callers got, revision by revision. Server processes add what they have counted every second.
using MaaS.Catalog.Models;
using Npgsql;

namespace MaaS.Catalog.Deployments;

/// <summary>The row of a version and its shadow under a revision.</summary>
public sealed class ComparisonRow
{
    public Guid DeploymentId { get; init; }
    public int RevisionNumber { get; init; }

    /// <summary>Whose answers callers got.</summary>
    public required Guid VersionId { get; init; }
    public ModelVersion Version { get; init; } = null!;
    public required Guid ShadowVersionId { get; init; }
    public ModelVersion ShadowVersion { get; init; } = null!;
    public long Agreed { get; init; }
    public long Disagreed { get; init; }
    public long Failed { get; init; }
    public long Dropped { get; init; }

    /// <summary>Of those that agreed, disagreed or failed, altogether.</summary>
    public double Milliseconds { get; init; }
}

public sealed class ComparisonStore(NpgsqlDataSource database)
{
    /// <summary>Adds to the counts of a revision; one that is gone with its deployment is left out.</summary>
    /// <param name="counted">What was counted since the last time.</param>
    public async Task Add(IReadOnlyCollection<ComparisonRow> counted, CancellationToken token)
    {
        // In one order, so that two processes that add to the same rows do not wait for each other.
        await using var add = database.CreateCommand(
            """
            insert into comparisons (deployment_id, revision_number, version_id, shadow_version_id, agreed, disagreed, failed, dropped, milliseconds)
            select counted.* from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
                as counted (deployment, revision, version, shadow, agreed, disagreed, failed, dropped, milliseconds)
                join revisions on revisions.deployment_id = deployment and revisions.number = revision
            order by deployment, revision, version, shadow
            on conflict (deployment_id, revision_number, version_id, shadow_version_id) do update set
                agreed = comparisons.agreed + excluded.agreed, disagreed = comparisons.disagreed + excluded.disagreed,
                failed = comparisons.failed + excluded.failed, dropped = comparisons.dropped + excluded.dropped,
                milliseconds = comparisons.milliseconds + excluded.milliseconds
            """);
        void Column<T>(Func<ComparisonRow, T> value) => add.Parameters.Add(new() { Value = counted.Select(value).ToArray() });
        Column(row => row.DeploymentId);
        Column(row => row.RevisionNumber);
        Column(row => row.VersionId);
        Column(row => row.ShadowVersionId);
        Column(row => row.Agreed);
        Column(row => row.Disagreed);
        Column(row => row.Failed);
        Column(row => row.Dropped);
        Column(row => row.Milliseconds);
        await add.ExecuteNonQueryAsync(token);
    }
}
