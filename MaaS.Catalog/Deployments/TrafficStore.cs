// What was asked of deployments, minute by minute, and what the values in it were like, hour by hour. Server processes add what they have
// counted since the last time, so that the sums are of all of them.
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MaaS.Catalog.Deployments;

/// <summary>One minute of one version of a deployment.</summary>
public sealed class TrafficMinute
{
    public required Guid DeploymentId { get; init; }
    public required Guid VersionId { get; init; }
    public required DateTimeOffset Minute { get; init; }

    /// <summary>Answered ones.</summary>
    public required long Requests { get; init; }
    public required long Failures { get; init; }
    public required long Rows { get; init; }

    /// <summary>Of the latency histogram, whose bounds the server knows.</summary>
    public required long[] Buckets { get; init; }
}

/// <summary>The values of one column in one hour, in the bins that the version's manifest names.</summary>
public sealed class DriftHour
{
    public required Guid DeploymentId { get; init; }
    public required Guid VersionId { get; init; }
    public required DateTimeOffset Hour { get; init; }

    /// <summary>An input's place in the manifest; <see cref="Answers"/> for what was answered.</summary>
    public required int Column { get; init; }
    public required long[] Counts { get; init; }

    public const int Answers = -1;
}

public sealed class TrafficStore(NpgsqlDataSource database)
{
    private const string Sum = "(select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place) from unnest({0}, {1}) with ordinality as both_of (a, b, place))";

    // What belongs to a deployment or version that is deleted meanwhile is let go.
    private const string Known = "where exists (select 1 from deployments where id = $1) and exists (select 1 from model_versions where id = $2)";

    private static readonly string s_addMinute =
        $"""
        insert into traffic_minutes (deployment_id, version_id, minute, requests, failures, rows, buckets) select $1, $2, $3, $4, $5, $6, $7 {Known}
        on conflict (deployment_id, version_id, minute) do update set
            requests = traffic_minutes.requests + excluded.requests, failures = traffic_minutes.failures + excluded.failures,
            rows = traffic_minutes.rows + excluded.rows, buckets = {string.Format(null, Sum, "traffic_minutes.buckets", "excluded.buckets")}
        """;

    private static readonly string s_addHour =
        $"""
        insert into drift_hours (deployment_id, version_id, hour, "column", counts) select $1, $2, $3, $4, $5 {Known}
        on conflict (deployment_id, version_id, hour, "column") do update set counts = {string.Format(null, Sum, "drift_hours.counts", "excluded.counts")}
        """;

    /// <summary>Adds all of it or nothing.</summary>
    public async Task Add(IEnumerable<TrafficMinute> minutes, IEnumerable<DriftHour> hours, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var batch = new NpgsqlBatch(connection, transaction);
        // In one order, so that two processes that add to the same rows do not wait for each other.
        foreach (var row in minutes.OrderBy(row => (row.DeploymentId, row.VersionId, row.Minute)))
            batch.BatchCommands.Add(Command(s_addMinute, row.DeploymentId, row.VersionId, row.Minute, row.Requests, row.Failures, row.Rows, row.Buckets));
        foreach (var row in hours.OrderBy(row => (row.DeploymentId, row.VersionId, row.Hour, row.Column)))
            batch.BatchCommands.Add(Command(s_addHour, row.DeploymentId, row.VersionId, row.Hour, row.Column, row.Counts));
        if (batch.BatchCommands.Count == 0)
            return;
        await batch.ExecuteNonQueryAsync(token);
        await transaction.CommitAsync(token);
    }

    /// <summary>What a range of a deployment's minutes held, in steps of so many of them from its beginning.</summary>
    public static async Task<IReadOnlyList<TrafficMinute>> Read(CatalogContext context, Guid deployment, DateTimeOffset from, int stepMinutes, CancellationToken token)
    {
        // A month has 43,200 minutes; what is drawn of it is a few hundred sums.
        var sums = new Dictionary<(Guid, long), TrafficMinute>();
        await foreach (var row in context.TrafficMinutes.AsNoTracking().Where(row => row.DeploymentId == deployment && row.Minute >= from).AsAsyncEnumerable().WithCancellation(token))
        {
            var step = (long)(row.Minute - from).TotalMinutes / stepMinutes;
            var before = sums.GetValueOrDefault((row.VersionId, step));
            sums[(row.VersionId, step)] = new()
            {
                DeploymentId = deployment,
                VersionId = row.VersionId,
                Minute = from.AddMinutes(step * stepMinutes),
                Requests = row.Requests + (before?.Requests ?? 0),
                Failures = row.Failures + (before?.Failures ?? 0),
                Rows = row.Rows + (before?.Rows ?? 0),
                Buckets = before is null ? row.Buckets : [.. row.Buckets.Zip(before.Buckets, (one, other) => one + other)],
            };
        }
        return [.. sums.Values];
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
