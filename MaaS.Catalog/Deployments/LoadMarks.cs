// Which versions are being loaded, and by which process: a mark is written before and taken away after. One whose process is gone names the
// version whose loading may have ended it, and that version is not loaded again until somebody says so.
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace MaaS.Catalog.Deployments;

/// <summary>The row of a mark.</summary>
public sealed class LoadMark
{
    public required Guid VersionId { get; init; }

    /// <summary>Machine, number and moment of start: numbers are given again, both together are not.</summary>
    public required string Process { get; init; }
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>When it was found that the process ended while it loaded the version.</summary>
    public DateTimeOffset? CrashedAt { get; set; }
}

public sealed class LoadMarks(NpgsqlDataSource database)
{
    /// <summary>No loading takes so long; the process of an older mark is gone with its machine.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);

    private static readonly string s_machine = $"{Environment.MachineName}/";
    private static readonly string s_own = NameOf(Process.GetCurrentProcess());

    /// <summary>Marks the version as being loaded by this process.</summary>
    /// <returns>
    /// When a process ended while it loaded the version alone; it must not be loaded then, and is not marked. Null: nothing speaks against it. And
    /// whether it is suspect, because a process ended while it loaded this and others: it is to be loaded alone then, so that its fault is its own.
    /// </returns>
    public async Task<(DateTimeOffset? CrashedAt, bool IsSuspect)> Begin(Guid versionId, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        var (crashed, isSuspect) = await Judged(connection, versionId, token);
        if (crashed is not null)
            return (crashed, false);
        await using var command = new NpgsqlCommand(
            "insert into load_marks (version_id, process, at) select id, $2, now() from model_versions where id = $1 on conflict (version_id, process) do update set at = now()", connection);
        command.Parameters.Add(new() { Value = versionId });
        command.Parameters.Add(new() { Value = s_own });
        await command.ExecuteNonQueryAsync(token);
        return (null, isSuspect);
    }

    /// <summary>The process is still there: whatever came of the loading, it did no harm.</summary>
    /// <param name="versionId">Null: of every version that this process has marked.</param>
    public async Task End(Guid? versionId, CancellationToken token)
    {
        await using var command = database.CreateCommand("delete from load_marks where process = $1 and ($2::uuid is null or version_id = $2) and crashed_at is null");
        command.Parameters.Add(new() { Value = s_own });
        command.Parameters.Add(new() { Value = versionId is { } id ? id : DBNull.Value });
        await command.ExecuteNonQueryAsync(token);
    }

    private static async Task<(DateTimeOffset? CrashedAt, bool IsSuspect)> Judged(NpgsqlConnection connection, Guid versionId, CancellationToken token)
    {
        var (alone, together) = (new List<string>(), new List<string>());
        DateTimeOffset? crashed = null;
        await using (var command = new NpgsqlCommand(
            "select process, now() - at, crashed_at, (select count(*) from load_marks other where other.process = mark.process) from load_marks mark where version_id = $1", connection))
        {
            command.Parameters.Add(new() { Value = versionId });
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                if (!await reader.IsDBNullAsync(2, token))
                    crashed = await reader.GetFieldValueAsync<DateTimeOffset>(2, token);
                else if (IsGone(reader.GetString(0), await reader.GetFieldValueAsync<TimeSpan>(1, token)))
                    (reader.GetInt64(3) == 1 ? alone : together).Add(reader.GetString(0));
        }
        await Change("delete from load_marks where process = any($1)", together);
        await Change("update load_marks set crashed_at = now() where process = any($1)", alone);
        return (crashed ?? (alone.Count > 0 ? DateTimeOffset.UtcNow : null), together.Count > 0);

        async Task Change(string sql, List<string> processes)
        {
            if (processes.Count == 0)
                return;
            await using var change = new NpgsqlCommand(sql, connection);
            change.Parameters.Add(new() { Value = processes.ToArray() });
            await change.ExecuteNonQueryAsync(token);
        }
    }

    /// <summary>Of other machines only age can tell.</summary>
    private static bool IsGone(string process, TimeSpan age)
    {
        if (!process.StartsWith(s_machine, StringComparison.Ordinal))
            return age > s_longest;
        try
        {
            using var found = Process.GetProcessById(int.Parse(process.Split('/')[^2], CultureInfo.InvariantCulture));
            // Each process reckons from a boot time of its own, which may be off by a moment.
            return Math.Abs(Started(found) - long.Parse(process.Split('/')[^1], CultureInfo.InvariantCulture)) > 5;
        }
        catch (Exception none) when (none is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    private static string NameOf(Process process) => $"{s_machine}{process.Id}/{Started(process)}";

    private static long Started(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
}
