// Metric series in and out: COPY in, thinned series out. Points are stored by the chunk (MetricChunk says why).
// Knows nothing of what a metric means, except that series under "system/" are measured by the clock and survive a resume.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;
using Npgsql;
using NpgsqlTypes;

namespace MaaS.Catalog.Experiments;

public sealed class MetricStore(NpgsqlDataSource database)
{
    /// <summary>CPU, memory and GPU figures: a resumed attempt does not measure them again.</summary>
    public const string SystemPrefix = "system/";

    // Reading this many points whole takes some 30 ms; more are read as their chunks' outlines.
    private const long MostReadWhole = 100_000;

    /// <summary>
    /// Stores chunks if the lease still holds, all or none. Doing it again after a broken connection is safe: chunks that
    /// are there already are not stored twice.
    /// </summary>
    /// <returns>False when the job is no longer this attempt's; nothing was written then.</returns>
    public async Task<bool> Append(JobLease lease, IReadOnlyList<MetricChunk> chunks, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        if (!await JobQueue.Holds(connection, lease, token))
            return false;
        try
        {
            await using (var copy = await connection.BeginBinaryImportAsync(
                """
                copy metric_chunks (run_id, number, key, count, steps, values, at, outline_steps, outline_values, outline_at)
                from stdin (format binary)
                """, token))
            {
                foreach (var chunk in chunks)
                    await Write(copy, chunk, token);
                await copy.CompleteAsync(token);
            }
            await MetricSummaries.Add(connection, chunks, token);
            await transaction.CommitAsync(token);
        }
        catch (PostgresException stored) when (stored.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The connection broke after an earlier commit and before its answer: these chunks are in the table.
        }
        return true;
    }

    /// <summary>Series of a run, by key, each thinned to about <paramref name="most"/> real points.</summary>
    /// <param name="keys">Null or empty takes all.</param>
    public async Task<IReadOnlyList<MetricSeries>> Query(
        Guid runId, IReadOnlyCollection<string>? keys, int most, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        var wanted = keys is { Count: > 0 } ? keys.ToArray() : null;
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(
            "select key, sum(count)::bigint from metric_chunks where run_id = @run and (@keys is null or key = any(@keys)) group by key",
            connection))
        {
            command.Parameters.AddWithValue("run", runId);
            command.Parameters.Add(Keys(wanted));
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                counts.Add(reader.GetString(0), reader.GetInt64(1));
        }
        var points = await Points(connection, runId, wanted, whole: counts.Values.Sum() <= MostReadWhole, token);
        return counts
            .Select(series => new MetricSeries(series.Key, series.Value, Thinning.Thin(points.GetValueOrDefault(series.Key) ?? [], most)))
            .ToList();
    }

    /// <summary>What was stored after a chunk, oldest first, for following a run.</summary>
    /// <returns>The points, and the number to continue after.</returns>
    public async Task<(IReadOnlyList<MetricPoint> Points, long Number)> After(Guid runId, long number, CancellationToken token)
    {
        const int mostChunks = 1000;
        await using var command = database.CreateCommand(
            $"select number, key, steps, values, at from metric_chunks where run_id = $1 and number > $2 order by number limit {mostChunks}");
        command.Parameters.Add(new() { Value = runId });
        command.Parameters.Add(new() { Value = number });
        var points = new List<MetricPoint>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            number = reader.GetInt64(0);
            var key = reader.GetString(1);
            points.AddRange(Samples(reader, 2).Select(sample => new MetricPoint(key, sample.Step, sample.Value, sample.At)));
        }
        return (points, number);
    }

    /// <summary>The last value of every series of each run.</summary>
    public async Task<IReadOnlyDictionary<Guid, Dictionary<string, double>>> Last(IReadOnlyCollection<Guid> runIds, CancellationToken token)
    {
        // The newest chunks are found in the index alone; only theirs are read.
        await using var command = database.CreateCommand(
            """
            select run_id, key, values[count] from metric_chunks join (
                select run_id, max(number) as number from metric_chunks where run_id = any($1) group by run_id, key) newest
            using (run_id, number)
            """);
        command.Parameters.Add(new() { Value = runIds.ToArray() });
        var last = runIds.Distinct().ToDictionary(id => id, _ => new Dictionary<string, double>(StringComparer.Ordinal));
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            last[reader.GetGuid(0)].Add(reader.GetString(1), reader.GetDouble(2));
        return last;
    }

    private static async Task<Dictionary<string, List<MetricSample>>> Points(
        NpgsqlConnection connection, Guid runId, string[]? keys, bool whole, CancellationToken token)
    {
        var columns = whole
            ? "steps, values, at"
            : "coalesce(outline_steps, steps), coalesce(outline_values, values), coalesce(outline_at, at)";
        await using var command = new NpgsqlCommand(
            $"select key, {columns} from metric_chunks where run_id = @run and (@keys is null or key = any(@keys)) order by number",
            connection);
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.Add(Keys(keys));
        var points = new Dictionary<string, List<MetricSample>>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var key = reader.GetString(0);
            if (!points.TryGetValue(key, out var series))
                points.Add(key, series = []);
            series.AddRange(Samples(reader, 1));
        }
        return points;
    }

    private static NpgsqlParameter Keys(string[]? keys) =>
        new("keys", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = keys is null ? DBNull.Value : keys };

    private static IEnumerable<MetricSample> Samples(NpgsqlDataReader reader, int column)
    {
        var steps = reader.GetFieldValue<long[]>(column);
        var values = reader.GetFieldValue<double[]>(column + 1);
        var at = reader.GetFieldValue<DateTime[]>(column + 2);
        for (var i = 0; i < steps.Length; i++)
            yield return new(steps[i], values[i], at[i]);
    }

    private static async Task Write(NpgsqlBinaryImporter copy, MetricChunk chunk, CancellationToken token)
    {
        await copy.StartRowAsync(token);
        await copy.WriteAsync(chunk.RunId, NpgsqlDbType.Uuid, token);
        await copy.WriteAsync(chunk.Number, NpgsqlDbType.Bigint, token);
        await copy.WriteAsync(chunk.Key, NpgsqlDbType.Text, token);
        await copy.WriteAsync(chunk.Count, NpgsqlDbType.Integer, token);
        await WriteArray(chunk.Steps, NpgsqlDbType.Bigint);
        await WriteArray(chunk.Values, NpgsqlDbType.Double);
        await WriteArray(chunk.At, NpgsqlDbType.TimestampTz);
        await WriteArray(chunk.OutlineSteps, NpgsqlDbType.Bigint);
        await WriteArray(chunk.OutlineValues, NpgsqlDbType.Double);
        await WriteArray(chunk.OutlineAt, NpgsqlDbType.TimestampTz);

        Task WriteArray<T>(T[]? array, NpgsqlDbType element) =>
            array is null ? copy.WriteNullAsync(token) : copy.WriteAsync(array, NpgsqlDbType.Array | element, token);
    }
}
