// How many requests a team's keys made, by day. Server processes add what they have counted every few seconds; the sums are what a day's
// limit is judged by, so all of them agree as often.
using Npgsql;

namespace MaaS.Catalog.Teams;

/// <summary>The row of one key's day.</summary>
public sealed class UsageCount
{
    public required Guid TeamId { get; init; }

    /// <summary>Empty for people signed in.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>Of UTC.</summary>
    public required DateOnly Day { get; init; }
    public required long Requests { get; set; }
}

public sealed class UsageStore(NpgsqlDataSource database)
{
    /// <summary>Adds to a day's counts.</summary>
    /// <param name="counted">One entry a key.</param>
    /// <returns>What each team of these has counted that day, key by key.</returns>
    public async Task<IReadOnlyDictionary<(Guid Team, Guid Key), long>> Add(DateOnly day, IReadOnlyCollection<(Guid Team, Guid Key, long Requests)> counted, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        // In one order, so that two processes that add to the same keys do not wait for each other.
        await using (var add = new NpgsqlCommand(
            """
            insert into usage_counts (team_id, key_id, day, requests)
            select team, key, $4, requests from unnest($1, $2, $3) as counted (team, key, requests) join teams on teams.id = team where requests > 0 order by team, key
            on conflict (team_id, key_id, day) do update set requests = usage_counts.requests + excluded.requests
            """, connection))
        {
            add.Parameters.Add(new() { Value = counted.Select(one => one.Team).ToArray() });
            add.Parameters.Add(new() { Value = counted.Select(one => one.Key).ToArray() });
            add.Parameters.Add(new() { Value = counted.Select(one => one.Requests).ToArray() });
            add.Parameters.Add(new() { Value = day });
            await add.ExecuteNonQueryAsync(token);
        }
        var sums = new Dictionary<(Guid, Guid), long>();
        await using (var read = new NpgsqlCommand("select team_id, key_id, requests from usage_counts where day = $1 and team_id = any($2)", connection))
        {
            read.Parameters.Add(new() { Value = day });
            read.Parameters.Add(new() { Value = counted.Select(one => one.Team).Distinct().ToArray() });
            await using var reader = await read.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                sums.Add((reader.GetGuid(0), reader.GetGuid(1)), reader.GetInt64(2));
        }
        // Last: whoever hears of a failure counts again.
        await transaction.CommitAsync(token);
        return sums;
    }
}
