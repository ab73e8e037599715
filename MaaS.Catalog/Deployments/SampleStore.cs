// Samples of requests that an admin asked for: what was asked and answered, with the redacted columns left out before it comes here. One sampling
// a deployment, and never more samples than it is to take, however many servers take them.
using MaaS.Catalog.Models;
using MaaS.Contracts.Deployments;
using Npgsql;

namespace MaaS.Catalog.Deployments;

/// <summary>A sampling: a new one of the same deployment replaces it, and its samples go with it.</summary>
public sealed class SamplingRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid DeploymentId { get; init; }
    public required int Requests { get; init; }
    public int Taken { get; set; }

    /// <summary>Somebody said that nothing is to be redacted.</summary>
    public required bool KeepsAll { get; init; }

    /// <summary>Columns whose values are kept.</summary>
    public required string[] Keeps { get; init; }
    public required string[] Redacts { get; init; }
    public required string StartedBy { get; init; }
    public DateTimeOffset StartedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Earlier than it was to be, when somebody has stopped it.</summary>
    public required DateTimeOffset EndsAt { get; set; }
}

public sealed class SampleRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid SamplingId { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? RequestId { get; init; }
    public required Guid VersionId { get; init; }
    public ModelVersion Version { get; init; } = null!;
    public required SampledProtocol Protocol { get; init; }
    public required int Rows { get; init; }

    /// <summary>JSON.</summary>
    public required string Asked { get; init; }
    public required string Answered { get; init; }
}

public sealed class SampleStore(NpgsqlDataSource database)
{
    /// <summary>As many as the sampling has still room for, if it is still there. One that is there already stays, and is not counted again.</summary>
    public async Task Add(Guid sampling, IReadOnlyList<SampleRow> samples, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var ask = new NpgsqlCommand("select requests - taken from samplings where id = $1 for update", connection) { Parameters = { new() { Value = sampling } } };
        var taken = samples.Take(await ask.ExecuteScalarAsync(token) is int room ? room : 0).ToList();
        if (taken.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var row in taken)
            batch.BatchCommands.Add(new("""
                insert into request_samples (id, sampling_id, at, request_id, version_id, protocol, rows, asked, answered)
                select $1, $2, $3, $4, $5, $6, $7, $8::json, $9::json where exists (select 1 from model_versions where id = $5)
                on conflict do nothing
                """)
            {
                Parameters =
                {
                    new() { Value = row.Id },
                    new() { Value = sampling },
                    new() { Value = row.At },
                    new() { Value = row.RequestId ?? (object)DBNull.Value },
                    new() { Value = row.VersionId },
                    new() { Value = row.Protocol == SampledProtocol.Predict ? "predict" : "open_inference" },
                    new() { Value = row.Rows },
                    new() { Value = row.Asked },
                    new() { Value = row.Answered },
                },
            });
        var inserted = await batch.ExecuteNonQueryAsync(token);
        await using var count = new NpgsqlCommand("update samplings set taken = taken + $2 where id = $1", connection, transaction) { Parameters = { new() { Value = sampling }, new() { Value = inserted } } };
        await count.ExecuteNonQueryAsync(token);
        await transaction.CommitAsync(token);
    }
}
