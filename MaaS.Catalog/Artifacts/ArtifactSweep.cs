// Removes files that no noun points to. Knows every column that points to one.
using Npgsql;

namespace MaaS.Catalog.Artifacts;

public sealed class ArtifactSweep(NpgsqlDataSource database, ArtifactStore store, string root)
{
    private const string Unreachable =
        """
        not exists (select from dataset_versions where sha256 = b.sha256)
        and not exists (select from artifacts where sha256 = b.sha256)
        and not exists (select from model_files where sha256 = b.sha256)
        and not exists (select from jobs where (checkpoint_sha256 = b.sha256 or kind = 'import' and spec->>'sha256' = b.sha256) and state in ('queued', 'running'))
        """;

    /// <summary>
    /// Removes unreachable files last written before <paramref name="age"/> ago, and half-written ones that old. An upload of
    /// the same content at the same moment wins or comes second, never loses its file: the blob's row lock orders the two.
    /// </summary>
    /// <returns>How many files went, and their bytes.</returns>
    public async Task<(int Files, long Bytes)> Sweep(TimeSpan age, CancellationToken token)
    {
        await AdoptStrays(age, token);
        var (files, bytes) = (0, 0L);
        foreach (var sha256 in await Candidates(age, token))
        {
            var freed = await Remove(sha256, age, token);
            (files, bytes) = freed is null ? (files, bytes) : (files + 1, bytes + freed.Value);
        }
        return (files, bytes);
    }

    /// <summary>
    /// Removes one file at once, unless something points to it. For content that only its owner can have written, as a
    /// replaced checkpoint: nobody else can be about to point to it.
    /// </summary>
    public async Task<bool> Remove(string sha256, CancellationToken token) => await Remove(sha256, TimeSpan.Zero, token) is not null;

    private async Task<List<string>> Candidates(TimeSpan age, CancellationToken token)
    {
        await using var command = database.CreateCommand($"select sha256 from blobs b where written_at < now() - $1 and {Unreachable}");
        command.Parameters.Add(new() { Value = age });
        var candidates = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            candidates.Add(reader.GetString(0));
        return candidates;
    }

    private async Task<long?> Remove(string sha256, TimeSpan age, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var command = new NpgsqlCommand(
            $"delete from blobs b where sha256 = $1 and written_at < now() - $2 and {Unreachable} returning bytes", connection);
        command.Parameters.Add(new() { Value = sha256 });
        command.Parameters.Add(new() { Value = age });
        if (await command.ExecuteScalarAsync(token) is not long bytes)
            return null;
        File.Delete(store.PathOf(sha256));
        await transaction.CommitAsync(token);
        return bytes;
    }

    /// <summary>A process killed between rename and commit leaves a file without a row; it gets one, and goes the way of the others.</summary>
    private async Task AdoptStrays(TimeSpan age, CancellationToken token)
    {
        if (!Directory.Exists(root))
            return;
        var before = DateTime.UtcNow - age;
        foreach (var folder in new DirectoryInfo(root).EnumerateDirectories())
        {
            var old = folder.EnumerateFiles().Where(file => file.LastWriteTimeUtc < before);
            if (folder.FullName == store.Incoming)
                foreach (var file in old)
                    file.Delete();
            else
                await Adopt([.. old.Where(file => ArtifactStore.IsName(file.Name))], token);
        }
    }

    private async Task Adopt(FileInfo[] files, CancellationToken token)
    {
        await using var command = database.CreateCommand(
            "insert into blobs (sha256, bytes, written_at) select * from unnest($1, $2, $3) on conflict do nothing");
        command.Parameters.Add(new() { Value = Array.ConvertAll(files, file => file.Name) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(files, file => file.Length) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(files, file => file.LastWriteTimeUtc) });
        await command.ExecuteNonQueryAsync(token);
    }
}
