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
    /// <returns>When a process ended while it loaded the version; it must not be loaded then, and is not marked. Null: nothing speaks against it.</returns>
    public async Task<DateTimeOffset?> Begin(Guid versionId, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        if (await Judged(connection, versionId, token) is { } crashed)
            return crashed;
        await using var command = new NpgsqlCommand(
            "insert into load_marks (version_id, process, at) select id, $2, now() from model_versions where id = $1 on conflict (version_id, process) do update set at = now()", connection);
        command.Parameters.Add(new() { Value = versionId });
        command.Parameters.Add(new() { Value = s_own });
        await command.ExecuteNonQueryAsync(token);
        return null;
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

    private static async Task<DateTimeOffset?> Judged(NpgsqlConnection connection, Guid versionId, CancellationToken token)
    {
        var gone = new List<string>();
        DateTimeOffset? crashed = null;
        await using (var command = new NpgsqlCommand("select process, now() - at, crashed_at from load_marks where version_id = $1", connection))
        {
            command.Parameters.Add(new() { Value = versionId });
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                if (!await reader.IsDBNullAsync(2, token))
                    crashed = await reader.GetFieldValueAsync<DateTimeOffset>(2, token);
                else if (IsGone(reader.GetString(0), await reader.GetFieldValueAsync<TimeSpan>(1, token)))
                    gone.Add(reader.GetString(0));
        }
        if (gone.Count == 0)
            return crashed;
        await using var judge = new NpgsqlCommand("update load_marks set crashed_at = now() where version_id = $1 and process = any($2)", connection);
        judge.Parameters.Add(new() { Value = versionId });
        judge.Parameters.Add(new() { Value = gone.ToArray() });
        await judge.ExecuteNonQueryAsync(token);
        return DateTimeOffset.UtcNow;
    }

    /// <summary>Of other machines only age can tell.</summary>
    private static bool IsGone(string process, TimeSpan age)
    {
        if (!process.StartsWith(s_machine, StringComparison.Ordinal))
            return age > s_longest;
        try
        {
            using var found = Process.GetProcessById(int.Parse(process.Split('/')[^2], CultureInfo.InvariantCulture));
            return NameOf(found) != process;
        }
        catch (Exception none) when (none is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    private static string NameOf(Process process) => $"{s_machine}{process.Id}/{process.StartTime.ToUniversalTime():yyyyMMddHHmmss}";
}
