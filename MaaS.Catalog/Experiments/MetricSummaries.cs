// Keeps run_metrics in step with the series: a batch of chunks adds to it, a resumed attempt takes from it, a finished run adds its figures.
// Knows SQL; who may write is decided by whoever holds the lease.
using MaaS.Contracts.Experiments;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace MaaS.Catalog.Experiments;

internal static class MetricSummaries
{
    // The least and the greatest of a chunk are in its outline, when it has one.
    private const string OfChunks =
        """
        select m.run_id, m.key, (array_agg(m.values[m.count] order by m.number desc))[1] as last,
            min(ends.min) as min, max(ends.max) as max
        from metric_chunks m cross join lateral (
            select min(v) as min, max(v) as max from unnest(coalesce(m.outline_values, m.values)) v where v <> 'NaN') ends
        """;

    /// <summary>
    /// Parts of a claim: what the attempt before wrote after its checkpoint goes, except what the clock measures; and the rows here
    /// say again what is left. Needs "claimed", the job as it now is.
    /// </summary>
    public const string AfterCheckpoint =
        $"""
        trimmed as (
            delete from metric_chunks m using claimed c where m.run_id = c.run_id and c.attempt > 1
                and m.number > coalesce(c.checkpoint_chunk, 0) and not starts_with(m.key, '{MetricStore.SystemPrefix}')),
        kept as (
            {OfChunks} join claimed c on m.run_id = c.run_id and c.attempt > 1
                and (m.number <= coalesce(c.checkpoint_chunk, 0) or starts_with(m.key, '{MetricStore.SystemPrefix}'))
            group by m.run_id, m.key),
        summed as (
            update run_metrics s set last = k.last, min = k.min, max = k.max from kept k where s.run_id = k.run_id and s.key = k.key),
        forgotten as (
            delete from run_metrics s using claimed c where s.run_id = c.run_id and c.attempt > 1
                and not exists (select 1 from kept k where k.run_id = s.run_id and k.key = s.key))
        """;

    /// <summary>Every run's, from what is stored; for the migration that brought the table.</summary>
    public const string Backfill =
        $"""
        insert into run_metrics (run_id, key, team_id, last, min, max)
            select f.run_id, f.key, r.team_id, f.last, f.min, f.max from ({OfChunks} group by m.run_id, m.key) f join runs r on r.id = f.run_id;
        insert into run_metrics (run_id, key, team_id, last, min, max)
            select r.id, f.key, r.team_id, v.value, nullif(v.value, 'NaN'), nullif(v.value, 'NaN')
            from runs r cross join lateral jsonb_each_text(r.metrics) f cross join lateral (select f.value::float8 as value) v
            on conflict do nothing;
        """;

    private const string Store =
        """
        insert into run_metrics (run_id, key, team_id, last, min, max)
            select r.id, k.key, r.team_id, k.last, k.min, k.max
            from runs r cross join unnest(@keys, @lasts, @mins, @maxs) as k (key, last, min, max) where r.id = @run
        on conflict (run_id, key) do update set last = excluded.last,
            min = least(run_metrics.min, excluded.min), max = greatest(run_metrics.max, excluded.max)
        """;

    /// <summary>Adds chunks of one run, in the order they were measured.</summary>
    public static async Task Add(NpgsqlConnection connection, IReadOnlyList<MetricChunk> chunks, CancellationToken token)
    {
        foreach (var run in chunks.GroupBy(chunk => chunk.RunId))
        {
            var sums = new Dictionary<string, MetricSummary>(StringComparer.Ordinal);
            foreach (var chunk in run)
            {
                var values = (chunk.OutlineValues ?? chunk.Values).Where(value => !double.IsNaN(value)).ToList();
                var sum = new MetricSummary(chunk.Values[^1], values.Count == 0 ? null : values.Min(), values.Count == 0 ? null : values.Max());
                sums[chunk.Key] = sums.TryGetValue(chunk.Key, out var before) ? sum with { Min = Least(before.Min, sum.Min), Max = Greatest(before.Max, sum.Max) } : sum;
            }
            await Write(connection, run.Key, sums, token);
        }
    }

    /// <summary>The figures a run ended with, as its row has them.</summary>
    public static Task Conclude(CatalogContext context, Run run, CancellationToken token) => Write(
        (NpgsqlConnection)context.Database.GetDbConnection(), run.Id,
        run.Metrics.ToDictionary(figure => figure.Key, figure => double.IsNaN(figure.Value) ? new(figure.Value, null, null) : new MetricSummary(figure.Value, figure.Value, figure.Value)), token);

    private static async Task Write(NpgsqlConnection connection, Guid run, IReadOnlyDictionary<string, MetricSummary> sums, CancellationToken token)
    {
        if (sums.Count == 0)
            return;
        await using var command = new NpgsqlCommand(Store, connection);
        command.Parameters.AddWithValue("run", run);
        // In one order everywhere, so that two writers never wait for each other.
        var sorted = sums.OrderBy(sum => sum.Key, StringComparer.Ordinal).ToList();
        command.Parameters.AddWithValue("keys", NpgsqlDbType.Array | NpgsqlDbType.Text, sorted.ConvertAll(sum => sum.Key));
        command.Parameters.AddWithValue("lasts", NpgsqlDbType.Array | NpgsqlDbType.Double, sorted.ConvertAll(sum => sum.Value.Last));
        command.Parameters.AddWithValue("mins", NpgsqlDbType.Array | NpgsqlDbType.Double, sorted.ConvertAll(sum => sum.Value.Min));
        command.Parameters.AddWithValue("maxs", NpgsqlDbType.Array | NpgsqlDbType.Double, sorted.ConvertAll(sum => sum.Value.Max));
        await command.ExecuteNonQueryAsync(token);
    }

    private static double? Least(double? a, double? b) => a is null || b < a ? b : a;

    private static double? Greatest(double? a, double? b) => a is null || b > a ? b : a;
}
