// Files addressed by their SHA-256, on disk. A file appears whole or not at all: it is written aside, flushed, then renamed.
// Knows nothing of who owns a file: a caller reaches it through a noun it may see.
using System.Security.Cryptography;
using Npgsql;

namespace MaaS.Catalog.Artifacts;

/// <param name="root">An absolute folder; made when it is missing.</param>
public sealed class ArtifactStore(NpgsqlDataSource database, string root)
{
    private const int BufferBytes = 1 << 17;

    internal string Incoming { get; } = Path.Combine(root, "incoming");

    /// <summary>Stores what the stream holds, in constant memory. A stream that breaks leaves nothing behind.</summary>
    /// <param name="maxBytes">Refuse more than this.</param>
    /// <exception cref="ArtifactTooLargeException">The stream is longer than <paramref name="maxBytes"/>.</exception>
    public async Task<(string Sha256, long Bytes)> Write(Stream content, long maxBytes, CancellationToken token)
    {
        Directory.CreateDirectory(Incoming);
        var aside = Path.Combine(Incoming, Guid.NewGuid().ToString("n"));
        try
        {
            var (sha256, bytes) = await WriteAside(aside, content, maxBytes, token);
            await Publish(aside, sha256, bytes, token);
            return (sha256, bytes);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>The file's bytes. The read that reaches the end throws when they are not the ones that were stored.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">On the last read: the content does not hash to its name.</exception>
    public Stream OpenRead(string sha256) => new VerifiedStream(
        new FileStream(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, useAsync: true), sha256);

    /// <summary>Reads the whole file once to check it, then gives its path, for a reader that needs a file.</summary>
    /// <exception cref="InvalidDataException">The content does not hash to its name.</exception>
    public async Task<string> VerifiedPath(string sha256, CancellationToken token)
    {
        await using var stream = OpenRead(sha256);
        await stream.CopyToAsync(Stream.Null, BufferBytes, token);
        return PathOf(sha256);
    }

    /// <summary>Where the file lies, unchecked.</summary>
    public string PathOf(string sha256) => IsName(sha256)
        ? Path.Combine(root, sha256[..2], sha256)
        : throw new ArgumentException($"\"{sha256}\" is not a SHA-256 in lower-case hex.", nameof(sha256));

    internal static bool IsName(string name) => name.Length == 64 && name.All(char.IsAsciiHexDigitLower);

    private static async Task<(string Sha256, long Bytes)> WriteAside(string path, Stream content, long maxBytes, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = new byte[BufferBytes];
        var bytes = 0L;
        for (int read; (read = await content.ReadAsync(buffer, token)) > 0;)
        {
            bytes += read;
            if (bytes > maxBytes)
                throw new ArtifactTooLargeException(maxBytes);
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), token);
        }
        file.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }

    /// <summary>The row's lock orders this against a sweep of the same content: whichever comes second sees what the first did.</summary>
    private async Task Publish(string aside, string sha256, long bytes, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var command = new NpgsqlCommand(
            "insert into blobs (sha256, bytes, written_at) values ($1, $2, now()) on conflict (sha256) do update set written_at = now()",
            connection);
        command.Parameters.Add(new() { Value = sha256 });
        command.Parameters.Add(new() { Value = bytes });
        await command.ExecuteNonQueryAsync(token);
        var path = PathOf(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Replacing the same bytes is harmless, and mends a file that had been damaged.
        File.Move(aside, path, overwrite: true);
        await transaction.CommitAsync(token);
    }
}

public sealed class ArtifactTooLargeException(long maxBytes) : Exception($"The file is larger than the {maxBytes:N0} bytes that are allowed.")
{
    public long MaxBytes { get; } = maxBytes;
}
