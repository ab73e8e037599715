// Finds runs: which, in what order, how many, and by which columns they differ. Knows ids and figures; the runs themselves are the caller's to read.
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Experiments.Search;
using Npgsql;

namespace MaaS.Catalog.Experiments;

/// <param name="Condition">Null finds all.</param>
public sealed record RunQuery(Guid TeamId, Guid? ExperimentId, RunCondition? Condition, RunColumn Sort, bool Descending, RunShow Show);

public sealed class RunFinder(NpgsqlDataSource database)
{
    // Columns are those of this many runs; of more, a person sees no more.
    private const int MostCompared = 1000;

    /// <summary>The runs of one page in their order, and how many there are on all pages.</summary>
    public async Task<(IReadOnlyList<Guid> Ids, int Total)> Find(RunQuery query, int skip, int take, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var statement = new RunStatement(query);
        await statement.Prepare(connection, token);
        var ids = new List<Guid>();
        var total = 0L;
        await using (var command = statement.Command(connection, "r.id, count(*) over ()", $"order by {statement.Order} limit {take} offset {skip}"))
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                ids.Add(reader.GetGuid(0));
                total = reader.GetInt64(1);
            }
        }
        // A page after the last has no row to say how many there are.
        if (ids.Count == 0 && skip > 0)
        {
            await using var count = statement.Command(connection, "count(*)");
            total = (long)(await count.ExecuteScalarAsync(token))!;
        }
        await transaction.CommitAsync(token);
        return (ids, (int)total);
    }

    /// <summary>Every metric, parameter and tag of the first runs that are found, and whether it tells them apart.</summary>
    public async Task<RunColumns> Columns(RunQuery query, CancellationToken token)
    {
        var (ids, _) = await Find(query, 0, MostCompared, token);
        await using var command = database.CreateCommand(
            """
            with found as (select id, params, tags from runs where id = any($1)),
            used as (
                select 'params.' || p.key as name, count(*) as runs, count(distinct p.value) > 1 as differs
                    from found cross join lateral jsonb_each_text(params) p group by p.key
                union all
                select 'tags.' || t.key, count(*), count(distinct t.value) > 1
                    from found cross join lateral jsonb_each_text(tags) t group by t.key
                union all
                select 'metrics.' || key, count(*), min(last) <> max(last) or min(min) <> max(min) or min(max) <> max(max)
                    from run_metrics where run_id = any($1) group by key)
            select name, runs, coalesce(differs, false) from used order by name
            """);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        var items = new List<RunColumnUse>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var runs = (int)reader.GetInt64(1);
            items.Add(new(reader.GetString(0), runs, runs < ids.Count || reader.GetBoolean(2)));
        }
        return new(items, ids.Count);
    }

    /// <summary>What the series of some metrics come to.</summary>
    public async Task<ILookup<Guid, (string Key, MetricSummary Summary)>> Summaries(IReadOnlyList<Guid> runs, IReadOnlyList<string> keys, CancellationToken token)
    {
        var found = new List<(Guid Run, string Key, MetricSummary Summary)>();
        await using var command = database.CreateCommand("select run_id, key, last, min, max from run_metrics where run_id = any($1) and key = any($2)");
        command.Parameters.Add(new() { Value = runs.ToArray() });
        command.Parameters.Add(new() { Value = keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            found.Add((reader.GetGuid(0), reader.GetString(1), new(
                reader.GetDouble(2), reader[3] as double?, reader[4] as double?)));
        return found.ToLookup(one => one.Run, one => (one.Key, one.Summary));
    }
}
