// Finds the PostgreSQL server programs that this machine has. It installs nothing and starts nothing that stays.
using System.Text.RegularExpressions;

namespace MaaS.AppHost.Embedded;

/// <summary>A folder with <c>postgres</c> and <c>initdb</c>, and their major version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private const string HowToGet =
        "On Debian or Ubuntu: apt-get install postgresql. On Fedora: dnf install postgresql-server. On a Mac: brew install postgresql. " +
        "Or set ConnectionStrings__maas to use a server that already exists.";

    /// <param name="major">The version that wrote the data, or null when there is no data yet: then PATH decides, then the newest.</param>
    /// <exception cref="Refusal">None is installed, or none that can read the data.</exception>
    public static PostgresBinaries Find(int? major, string dataFolder)
    {
        var found = Folders().Distinct().Where(HasServer).Select(folder => new PostgresBinaries(folder, VersionOf(folder))).ToList();
        if (found.Count == 0)
            throw new Refusal($"No PostgreSQL server programs were found. {HowToGet}");
        return major is null ? found[0] : found.Find(binaries => binaries.Major == major) ?? throw new Refusal(
            $"The database in {dataFolder} was written by PostgreSQL {major}, and this machine has only " +
            $"{string.Join(", ", found.Select(binaries => binaries.Major).Distinct())}; install PostgreSQL {major} " +
            $"(on Debian or Ubuntu: apt-get install postgresql-{major}), or set MAAS_DATA to a new folder to begin afresh.");
    }

    public string Program(string name) => Path.Combine(Folder, name);

    private static IEnumerable<string> Folders() =>
    [
        .. Launch.OnPath("postgres") is { } onPath ? [Path.GetDirectoryName(onPath)!] : Array.Empty<string>(),
        .. NewestFirst("/usr/lib/postgresql", "*", "bin"),      // Debian, Ubuntu
        .. NewestFirst("/usr", "pgsql-*", "bin"),               // the PostgreSQL project's packages for Fedora, RHEL, SUSE
        "/usr/bin",                                             // Fedora, Arch, Alpine: already seen when on PATH
        .. NewestFirst("/opt/homebrew/opt", "postgresql*", "bin"),
        .. NewestFirst("/usr/local/opt", "postgresql*", "bin"),
        .. NewestFirst("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
    ];

    private static IEnumerable<string> NewestFirst(string root, string pattern, string inner) =>
        !Directory.Exists(root) ? [] : Directory.EnumerateDirectories(root, pattern)
            .OrderByDescending(folder => int.TryParse(Digits().Match(Path.GetFileName(folder)).Value, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, inner));

    private static bool HasServer(string folder) =>
        File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb"));

    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
    private static int VersionOf(string folder)
    {
        var (_, output) = Launch.Run(Launch.Command("/", null, Launch.Terminate, Path.Combine(folder, "postgres"), "--version"));
        return int.Parse(Digits().Match(output).Value);
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
