// A private PostgreSQL: its folder, its password, its port, and how it is begun, found ready and repaired.
// It does not know what is stored in it, nor who keeps it running (ServiceProcess).
using System.Diagnostics;

namespace MaaS.AppHost.Embedded;

internal sealed class EmbeddedPostgres
{
    private const string Superuser = "maas";

    private readonly DataFolder _data;
    private readonly string _folder;
    private readonly string _password;
    private readonly int _port;
    private readonly UnixUser? _user;
    private PostgresBinaries? _binaries;

    /// <exception cref="Refusal">We are root and there is no other user to run it as.</exception>
    public EmbeddedPostgres(DataFolder data)
    {
        _data = data;
        _folder = data.PathOf("postgres");
        _password = data.Secret("postgres.password");
        _user = UnprivilegedUser();
        // The port of last time while it is free, so that a client configured by hand keeps working.
        var last = data.Remembered("postgres.port", () => $"{Ports.AnyFree()}");
        _port = int.TryParse(last, out var port) && Ports.IsFree(port) ? port : Ports.AnyFree();
        data.Remember("postgres.port", $"{_port}");
    }

    /// <summary>Databases to make with a new server.</summary>
    public List<string> Databases { get; } = [];

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username={Superuser};Password={_password};Database={database}";

    public ServiceProcess Supervised(string name) => new(name)
    {
        Prepare = Prepare,
        Command = Command,
        IsHealthy = IsReady,
        StopSignal = Launch.Interrupt, // "fast shutdown": sessions are ended, nothing is lost
    };

    private ProcessStartInfo Command() => As(_binaries!.Program("postgres"),
        "-D", _folder, "-p", $"{_port}",
        "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
        // Several services, each with a pool, and every job's own process.
        "-c", "max_connections=300",
        // Compiling a query to machine code costs more than the short queries we send take.
        "-c", "jit=off",
        "-c", "log_checkpoints=off", "-c", "log_line_prefix=");

    /// <summary>PostgreSQL's own word for it: the eighth line of <c>postmaster.pid</c>, as pg_ctl reads it.</summary>
    private bool IsReady(Process server) =>
        PidFile() is [var pid, _, _, _, _, _, _, var status, ..] && pid == $"{server.Id}" && status.Trim() == "ready";

    private void Prepare(LogLines log)
    {
        StopOrphan(log);
        var version = Path.Combine(_folder, "PG_VERSION");
        _binaries ??= PostgresBinaries.Find(File.Exists(version) ? int.Parse(File.ReadAllText(version)) : null, _folder);
        if (!File.Exists(version))
            Create(log);
        else if (_user is not null)
            Run("chown", "-R", $"{_user.Uid}:{_user.Gid}", _folder); // root may have copied or restored it
    }

    /// <summary>Made beside and renamed, so that a kill in the middle leaves nothing that looks like a database.</summary>
    private void Create(LogLines log)
    {
        log.Say($"making a PostgreSQL {_binaries!.Major} database in {_folder}{(_user is null ? "" : $", as the user {_user.Name}")}");
        var fresh = _data.PathOf("postgres.new");
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        _data.Folder("postgres.new");
        var passwordFile = _data.PathOf("postgres.initial-password");
        _data.Remember("postgres.initial-password", _password);
        if (_user is not null)
            Run("chown", $"{_user.Uid}:{_user.Gid}", fresh, passwordFile);

        Run(As(_binaries.Program("initdb"), "-D", fresh, "-U", Superuser, $"--pwfile={passwordFile}", "--auth=scram-sha-256",
            "--encoding=UTF8", OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C", "--data-checksums"));
        File.Delete(passwordFile);
        // --single is a server of one session, without a network: no password is needed, and nobody else can get in meanwhile.
        foreach (var database in Databases)
            Run(As("/bin/sh", "-c", $"echo 'create database {database}' | exec \"$@\"", "sh",
                _binaries.Program("postgres"), "--single", "-D", fresh, "template1"));
        Directory.Move(fresh, _folder);
    }

    /// <summary>
    /// We hold the data folder's lock, so a server that still runs there was left by an AppHost that was killed. It is stopped,
    /// not adopted: a server we did not start cannot be watched. A pid file without its server is what a kill leaves;
    /// PostgreSQL removes it itself, unless another process has got that number by now.
    /// </summary>
    private void StopOrphan(LogLines log)
    {
        if (PidFile() is not [var first, ..] || !int.TryParse(first, out var pid))
            return;
        if (IsOurServer(pid))
        {
            log.Say($"stopping the PostgreSQL (process {pid}) that an earlier run left behind");
            for (var tenths = 0; IsOurServer(pid); tenths++)
            {
                if (tenths % 100 == 0)
                    Launch.Signal(pid, tenths == 0 ? Launch.Interrupt : Launch.Kill);
                Thread.Sleep(100); // it is not our child, so its end cannot be waited for
            }
        }
        File.Delete(Path.Combine(_folder, "postmaster.pid"));
    }

    // A server's working directory is its data folder, so a process that merely got the same number is not taken for it;
    // and a zombie, which a container without an init never buries, has none.
    private bool IsOurServer(int pid) => OperatingSystem.IsLinux()
        ? new FileInfo($"/proc/{pid}/cwd").LinkTarget == Path.GetFullPath(_folder)
        : Launch.Signal(pid, 0);

    private string[] PidFile()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(_folder, "postmaster.pid"));
        }
        catch (IOException)
        {
            return [];
        }
    }

    private ProcessStartInfo As(string program, params IEnumerable<string> arguments) =>
        Launch.Command(Directory.Exists(_folder) ? _folder : _data.Root, _user, Launch.Interrupt, program, arguments);

    private void Run(string program, params IEnumerable<string> arguments) =>
        Run(Launch.Command(_data.Root, null, Launch.Terminate, program, arguments));

    private void Run(ProcessStartInfo command)
    {
        var (code, output) = Launch.Run(command);
        if (code != 0)
            throw new Refusal($"The database in {_data.Root} could not be made: {output.Trim()}");
    }

    /// <summary>PostgreSQL refuses to run as root; null when we are not.</summary>
    private static UnixUser? UnprivilegedUser()
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        if (!Launch.HasSetpriv)
            throw new Refusal("PostgreSQL does not run as root, and setpriv (package util-linux), which would run it as another user, " +
                "is missing; start MaaS as an ordinary user.");
        return UnixUser.Find("postgres") ?? UnixUser.Find("nobody") ?? throw new Refusal(
            "PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody; start MaaS as an ordinary user.");
    }
}
