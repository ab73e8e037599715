// Answers of deployments that keep them, one row a request, and the truth of their rows once somebody has posted it. What was asked is not here.
using System.Text.Json;
using MaaS.Contracts;
using Npgsql;

namespace MaaS.Catalog.Deployments;

/// <summary>The answers of one request, and what was right; each array has a place for every row of the request.</summary>
public sealed class KeptAnswer
{
    public required Guid DeploymentId { get; init; }
    public required string RequestId { get; init; }
    public required Guid VersionId { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>When it is forgotten; the revision that answered says how long it is kept.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Of a classifier; null where a row was refused.</summary>
    public string?[]? Labels { get; init; }

    /// <summary>Of a regression; null where a row was refused.</summary>
    public float?[]? Numbers { get; init; }
    public string?[]? TrueLabels { get; set; }
    public double?[]? TrueNumbers { get; set; }
}

/// <summary>One hour of one version, over the rows whose truth is known.</summary>
/// <param name="Right">Rows with the right label.</param>
/// <param name="Squares">Sum of the squared errors; null of a classifier.</param>
/// <param name="Absolutes">Sum of the absolute errors, likewise.</param>
public sealed record QualityHour(Guid VersionId, DateTimeOffset Hour, long Rows, long Right, double? Squares, double? Absolutes);

public sealed class AnswerStore(NpgsqlDataSource database)
{
    // Of two answers with one id the later counts. What belongs to a deployment or version that is deleted meanwhile is let go.
    private const string AddAll =
        """
        insert into kept_answers (deployment_id, request_id, version_id, at, expires_at, labels, numbers)
        select deployment_id, request_id, version_id, at, expires_at, labels, numbers
        from json_to_recordset($1::json) as kept (deployment_id uuid, request_id text, version_id uuid, at timestamptz, expires_at timestamptz, labels text[], numbers real[])
        where exists (select 1 from deployments where id = deployment_id) and exists (select 1 from model_versions where id = version_id)
        order by deployment_id, request_id
        on conflict (deployment_id, request_id) do update set
            version_id = excluded.version_id, at = excluded.at, expires_at = excluded.expires_at, labels = excluded.labels, numbers = excluded.numbers,
            true_labels = null, true_numbers = null
        """;

    private const string ByHour =
        """
        select version_id, date_trunc('hour', at, 'UTC') as hour, count(*), count(*) filter (where label = true_label),
            sum((number - true_number) ^ 2), sum(abs(number - true_number))
        from kept_answers, unnest(labels, numbers, true_labels, true_numbers) as answer (label, number, true_label, true_number)
        where deployment_id = $1 and at >= $2 and (label is not null and true_label is not null or number <> 'NaN' and true_number is not null)
        group by 1, 2 order by 2
        """;

    /// <param name="answers">No two of one deployment with one id.</param>
    public async Task Add(IReadOnlyCollection<KeptAnswer> answers, CancellationToken token)
    {
        await using var command = database.CreateCommand(AddAll);
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(answers, MaaSJson.Options) });
        await command.ExecuteNonQueryAsync(token);
    }

    public async Task<IReadOnlyList<QualityHour>> Quality(Guid deployment, DateTimeOffset since, CancellationToken token)
    {
        await using var command = database.CreateCommand(ByHour);
        command.Parameters.Add(new() { Value = deployment });
        command.Parameters.Add(new() { Value = since });
        await using var reader = await command.ExecuteReaderAsync(token);
        var hours = new List<QualityHour>();
        while (await reader.ReadAsync(token))
            hours.Add(new(
                reader.GetGuid(0), await reader.GetFieldValueAsync<DateTimeOffset>(1, token), reader.GetInt64(2), reader.GetInt64(3),
                await reader.IsDBNullAsync(4, token) ? null : reader.GetDouble(4), await reader.IsDBNullAsync(5, token) ? null : reader.GetDouble(5)));
        return hours;
    }
}
