// What a team's files take on disk, for its quota.
using Npgsql;

namespace MaaS.Catalog.Artifacts;

public sealed class StorageUse(NpgsqlDataSource database)
{
    /// <summary>Bytes of every file that the team's datasets, runs and models point to, or that are being brought in; content named twice counts
    /// once, and that of deleted runs no more.</summary>
    public async Task<long> Of(Guid teamId, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        return await Of(connection, teamId, token);
    }

    /// <summary>The same, with what the connection's own transaction has added.</summary>
    public static async Task<long> Of(NpgsqlConnection connection, Guid teamId, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce(sum(bytes), 0)::bigint from (
                select sha256, bytes from dataset_versions where team_id = $1
                union
                select a.sha256, a.bytes from artifacts a join runs r on r.id = a.run_id where r.team_id = $1 and r.deleted_at is null
                union
                select f.sha256, f.bytes from model_files f join model_versions v on v.id = f.version_id where v.team_id = $1
                union
                select spec->>'sha256', (spec->>'bytes')::bigint from jobs where team_id = $1 and kind = 'import' and state in ('queued', 'running')) files
            """, connection);
        command.Parameters.Add(new() { Value = teamId });
        return (long)(await command.ExecuteScalarAsync(token))!;
    }
}
