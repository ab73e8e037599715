// Metric series in and out: COPY in, thinned series out. Points are stored by the chunk (MetricChunk says why).
// Knows nothing of what a metric means, except that series under "system/" are measured by the clock and survive a resume.
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Experiments;
using Npgsql;
using NpgsqlTypes;

namespace MaaS.Catalog.Experiments;

/// <summary>The points of one chunk, which all are of one series.</summary>
public sealed record StoredPoints(Guid RunId, long Number, string Key, IReadOnlyList<MetricPoint> Points);

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
        Guid runId, IReadOnlyCollection<string>? keys, int most, CancellationToken token) =>
        (await Query([runId], keys, most, token))[0].Series;

    /// <summary>The same of several runs, in their order; a run without series is there with none.</summary>
    public async Task<IReadOnlyList<RunSeries>> Query(
        IReadOnlyCollection<Guid> runIds, IReadOnlyCollection<string>? keys, int most, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        var wanted = keys is { Count: > 0 } ? keys.ToArray() : null;
        var counts = runIds.Distinct().ToDictionary(id => id, _ => new SortedDictionary<string, long>(StringComparer.Ordinal));
        await using (var command = Select("run_id, key, sum(count)::bigint", "group by run_id, key", connection, runIds, wanted))
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                counts[reader.GetGuid(0)].Add(reader.GetString(1), reader.GetInt64(2));
        }
        var whole = counts.Values.Sum(run => run.Values.Sum()) <= MostReadWhole;
        var points = await Points(connection, runIds, wanted, whole, token);
        return runIds.Select(run => new RunSeries(run, counts[run]
            .Select(series => new MetricSeries(series.Key, series.Value, Thinning.Thin(points.GetValueOrDefault((run, series.Key)) ?? [], most)))
            .ToList())).ToList();
    }

    /// <summary>A run's series by key, each with its last value.</summary>
    /// <param name="search">Only keys that hold this, in any case.</param>
    /// <param name="after">Only keys after this one.</param>
    public async Task<IReadOnlyList<MetricKey>> Keys(Guid runId, string? search, string? after, int limit, CancellationToken token)
    {
        await using var command = database.CreateCommand(
            """
            select found.key, found.points, newest.steps[newest.count], newest.values[newest.count] from (
                select key, sum(count)::bigint as points, max(number) as number from metric_chunks
                where run_id = @run and (@search is null or strpos(lower(key), lower(@search)) > 0) and (@after is null or key collate "C" > @after)
                group by key order by key collate "C" limit @limit) found
            join metric_chunks newest on newest.run_id = @run and newest.number = found.number
            order by found.key collate "C"
            """);
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("search", NpgsqlDbType.Text, (object?)search ?? DBNull.Value);
        command.Parameters.AddWithValue("after", NpgsqlDbType.Text, (object?)after ?? DBNull.Value);
        command.Parameters.AddWithValue("limit", limit);
        var found = new List<MetricKey>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            found.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3)));
        return found;
    }

    /// <summary>What was stored after certain chunks of certain runs, run by run and oldest first, for following them; a thousand chunks at most.</summary>
    /// <param name="seen">Each run with the number of the newest chunk that is known of it; 0 for none.</param>
    /// <param name="keys">Null takes all.</param>
    public async Task<IReadOnlyList<StoredPoints>> After(
        IReadOnlyCollection<(Guid Run, long Number)> seen, IReadOnlyCollection<string>? keys, CancellationToken token)
    {
        const int mostChunks = 1000;
        await using var command = database.CreateCommand(
            $"""
            select c.run_id, c.number, c.key, c.steps, c.values, c.at from unnest(@runs, @numbers) as seen (run_id, number)
            join metric_chunks c on c.run_id = seen.run_id and c.number > seen.number and (@keys is null or c.key = any(@keys))
            order by c.run_id, c.number limit {mostChunks}
            """);
        command.Parameters.AddWithValue("runs", seen.Select(one => one.Run).ToArray());
        command.Parameters.AddWithValue("numbers", seen.Select(one => one.Number).ToArray());
        command.Parameters.Add(Keys(keys?.ToArray()));
        var stored = new List<StoredPoints>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var key = reader.GetString(2);
            stored.Add(new(reader.GetGuid(0), reader.GetInt64(1), key, [.. Samples(reader, 3).Select(sample => new MetricPoint(key, sample.Step, sample.Value, sample.At))]));
        }
        return stored;
    }

    /// <summary>The number of a run's newest chunk; 0 when there is none.</summary>
    public async Task<long> Newest(Guid runId, CancellationToken token)
    {
        await using var command = database.CreateCommand("select coalesce(max(number), 0) from metric_chunks where run_id = $1");
        command.Parameters.Add(new() { Value = runId });
        return (long)(await command.ExecuteScalarAsync(token))!;
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

    private static async Task<Dictionary<(Guid Run, string Key), List<MetricSample>>> Points(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> runIds, string[]? keys, bool whole, CancellationToken token)
    {
        var columns = whole
            ? "steps, values, at"
            : "coalesce(outline_steps, steps), coalesce(outline_values, values), coalesce(outline_at, at)";
        await using var command = Select($"run_id, key, {columns}", "order by run_id, number", connection, runIds, keys);
        var points = new Dictionary<(Guid, string), List<MetricSample>>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var key = (reader.GetGuid(0), reader.GetString(1));
            if (!points.TryGetValue(key, out var series))
                points.Add(key, series = []);
            series.AddRange(Samples(reader, 2));
        }
        return points;
    }

    private static NpgsqlCommand Select(string columns, string end, NpgsqlConnection connection, IReadOnlyCollection<Guid> runIds, string[]? keys)
    {
        var command = new NpgsqlCommand(
            $"select {columns} from metric_chunks where run_id = any(@runs) and (@keys is null or key = any(@keys)) {end}", connection);
        command.Parameters.AddWithValue("runs", runIds.ToArray());
        command.Parameters.Add(Keys(keys));
        return command;
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
