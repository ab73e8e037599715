// The lines a job writes to its standard output. Knows nothing of what they say.
using MaaS.Contracts.Experiments;
using Npgsql;
using NpgsqlTypes;

namespace MaaS.Catalog.Jobs;

public sealed class JobLog(NpgsqlDataSource database)
{
    /// <summary>
    /// Adds lines, if no later attempt has begun. The job may have ended: a process writes its outcome itself, and what it
    /// printed last, often why it failed, comes through its parent a moment later.
    /// </summary>
    /// <returns>False when the job is no longer this attempt's; nothing was written then.</returns>
    public async Task<bool> Append(JobLease lease, IReadOnlyList<(DateTimeOffset At, string Text)> lines, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        if (!await JobQueue.IsLatest(connection, lease, token))
            return false;
        await using (var copy = await connection.BeginBinaryImportAsync("copy job_log (job_id, at, text) from stdin (format binary)", token))
        {
            foreach (var (at, text) in lines)
            {
                await copy.StartRowAsync(token);
                await copy.WriteAsync(lease.JobId, NpgsqlDbType.Uuid, token);
                await copy.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz, token);
                // PostgreSQL's text cannot hold a zero byte; a process may print one.
                await copy.WriteAsync(text.Replace('\0', '\uFFFD'), NpgsqlDbType.Text, token);
            }
            await copy.CompleteAsync(token);
        }
        await transaction.CommitAsync(token);
        return true;
    }

    /// <summary>Lines after a number, in order; pass the last one's number to go on.</summary>
    /// <param name="search">Only lines that hold this, in any case.</param>
    /// <param name="tail">The last so many instead of the first.</param>
    public async Task<IReadOnlyList<LogLine>> Read(Guid jobId, long after, int limit, CancellationToken token, string? search = null, bool tail = false)
    {
        await using var command = database.CreateCommand(
            $"""
            select number, at, text from (
                select number, at, text from job_log
                where job_id = @job and number > @after and (@search is null or strpos(lower(text), lower(@search)) > 0)
                order by number {(tail ? "desc" : "")} limit @limit) lines
            order by number
            """);
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("search", NpgsqlDbType.Text, (object?)search ?? DBNull.Value);
        command.Parameters.AddWithValue("limit", limit);
        var lines = new List<LogLine>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            lines.Add(new(reader.GetInt64(0), reader.GetDateTime(1), reader.GetString(2)));
        return lines;
    }

    /// <summary>Lines after certain lines of certain jobs, oldest first, for following them.</summary>
    /// <param name="seen">Each job with the number of the last line that is known of it; 0 for none.</param>
    public async Task<IReadOnlyList<(Guid Job, LogLine Line)>> After(IReadOnlyCollection<(Guid Job, long Number)> seen, int limit, CancellationToken token)
    {
        await using var command = database.CreateCommand(
            """
            select l.job_id, l.number, l.at, l.text from unnest(@jobs, @numbers) as seen (job_id, number)
            join job_log l on l.job_id = seen.job_id and l.number > seen.number
            order by l.number limit @limit
            """);
        command.Parameters.AddWithValue("jobs", seen.Select(one => one.Job).ToArray());
        command.Parameters.AddWithValue("numbers", seen.Select(one => one.Number).ToArray());
        command.Parameters.AddWithValue("limit", limit);
        var lines = new List<(Guid, LogLine)>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            lines.Add((reader.GetGuid(0), new(reader.GetInt64(1), reader.GetDateTime(2), reader.GetString(3))));
        return lines;
    }
}
