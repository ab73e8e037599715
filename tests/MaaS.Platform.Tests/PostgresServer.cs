// A private PostgreSQL for tests: a fresh data directory, loopback only, gone when it is disposed or when this process dies.
// Knows nothing of what is stored in it.
using System.Diagnostics;
using Npgsql;

namespace MaaS.Platform.Tests;

public sealed class PostgresServer : IAsyncDisposable
{
    // Ends the server and removes its directory when our end of the pipe closes, so that even a killed test run leaves nothing.
    private const string Guardian =
        """
        dir=$1; bin=$2; port=$3
        [ -s "$dir/PG_VERSION" ] || "$bin/initdb" -D "$dir" -U postgres -A trust -E UTF8 --no-locale -N >/dev/null || exit 1
        "$bin/postgres" -D "$dir" -k "$dir" -p "$port" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200 \
            -c shared_buffers=128MB -c log_min_messages=fatal </dev/null >/dev/null 2>&1 & server=$!
        read -r word
        kill -QUIT "$server" 2>/dev/null; wait "$server" 2>/dev/null
        [ "$word" = keep ] || rm -rf "$dir"
        """;

    private static readonly string? s_binaries = FindBinaries();

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"maas-test-{Guid.NewGuid():n}");
    private readonly int _port = FreePort.Any();
    private Process? _guardian;

    /// <summary>Why tests that need the server cannot run here; null when they can.</summary>
    public static string? Missing => s_binaries is null
        ? "No PostgreSQL server binaries on PATH, in /usr/lib/postgresql/*/bin or in Homebrew; on Debian: apt-get install postgresql."
        : null;

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Include Error Detail=true;Maximum Pool Size=50";

    /// <summary>Starts the server, again if need be, and returns once it answers.</summary>
    public async Task Start(CancellationToken token)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var argument in (string[])["-c", Guardian, "guardian", _directory, s_binaries!, $"{_port}"])
            start.ArgumentList.Add(argument);
        // PostgreSQL refuses to run as root.
        if (Environment.IsPrivilegedProcess)
            start.UserName = "postgres";
        _guardian = Process.Start(start)!;

        for (var deadline = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(50, token))
        {
            try
            {
                await using var connection = new NpgsqlConnection($"{ConnectionString("postgres")};Pooling=false");
                await connection.OpenAsync(token);
                return;
            }
            catch (NpgsqlException) when (DateTime.UtcNow < deadline && !_guardian.HasExited)
            {
                // Still starting, or still recovering.
            }
        }
    }

    /// <summary>kill -9 of the whole server; the data stays for the next <see cref="Start"/>.</summary>
    public async Task Kill(CancellationToken token)
    {
        Process.GetProcessById(await Postmaster(token)).Kill();
        await _guardian!.StandardInput.WriteLineAsync("keep".AsMemory(), token);
        _guardian.StandardInput.Close();
        await _guardian.WaitForExitAsync(token);
    }

    /// <summary>Stops every process of it where it stands, or lets them go on: a server that hangs.</summary>
    public async Task Freeze(bool isFrozen, CancellationToken token)
    {
        var postmaster = await Postmaster(token);
        var children = await File.ReadAllTextAsync($"/proc/{postmaster}/task/{postmaster}/children", token);
        using var kill = Process.Start("kill", [isFrozen ? "-STOP" : "-CONT", $"{postmaster}", .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        await kill.WaitForExitAsync(token);
    }

    public async Task Execute(string sql, CancellationToken token)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString("postgres")};Pooling=false");
        await connection.OpenAsync(token);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_guardian is null)
            return;
        _guardian.StandardInput.Close();
        await _guardian.WaitForExitAsync(CancellationToken.None);
        _guardian.Dispose();
    }

    private async Task<int> Postmaster(CancellationToken token) => int.Parse((await File.ReadAllLinesAsync(Path.Combine(_directory, "postmaster.pid"), token))[0]);

    private static string? FindBinaries()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var installed = new[] { "/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql" }
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .OrderDescending(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "bin"));
        return onPath.Concat(installed).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "postgres")));
    }
}
