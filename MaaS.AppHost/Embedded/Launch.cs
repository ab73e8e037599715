// How a child process is begun and signalled, so that none can outlive the AppHost. It does not know what the children do.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MaaS.AppHost.Embedded;

/// <summary>A Unix user to run a child as. Ids, not names, because a user's group may be named differently.</summary>
internal sealed record UnixUser(string Name, int Uid, int Gid)
{
    /// <summary>The user of that name in <c>/etc/passwd</c>, or null.</summary>
    public static UnixUser? Find(string name) =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields[0] == name)
            .Select(fields => new UnixUser(name, int.Parse(fields[2]), int.Parse(fields[3]))).FirstOrDefault();
}

internal static class Launch
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly string? _setpriv = OnPath("setpriv");
    private static readonly string? _setsid = OnPath("setsid");

    /// <summary>True when a child can be given to another user, and dies with the AppHost.</summary>
    public static bool HasSetpriv => _setpriv is not null;

    /// <summary>The <c>dotnet</c> that runs this very program, so that the children need none on PATH.</summary>
    public static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>
    /// A command whose process gets <paramref name="lastSignal"/> from the kernel when the AppHost dies, however it dies.
    /// </summary>
    /// <remarks>
    /// PR_SET_PDEATHSIG (through setpriv of util-linux, which then becomes the child itself) was taken over a pipe that the child
    /// watches, because it works for PostgreSQL and for a service that hangs as well, and needs no code in any of them.
    /// The kernel sends it when the *thread* that started the child ends; hence ServiceProcess has a thread for each.
    /// setsid keeps the terminal's Ctrl-C away from the children: they are stopped in order, by us. Neither command exists
    /// outside Linux; there a killed AppHost leaves its services, and the next one stops the PostgreSQL it finds.
    /// </remarks>
    public static ProcessStartInfo Command(
        string folder, UnixUser? user, int lastSignal, string program, params IEnumerable<string> arguments)
    {
        List<string> words = [];
        if (_setsid is not null && _setpriv is not null)
        {
            words.AddRange(_setsid, _setpriv, "--pdeathsig", lastSignal == Interrupt ? "INT" : "TERM");
            if (user is not null)
                words.AddRange("--reuid", $"{user.Uid}", "--regid", $"{user.Gid}", "--clear-groups");
            words.Add("--");
        }
        words.Add(program);
        words.AddRange(arguments);
        return new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Runs a short command to its end.</summary>
    /// <returns>Its exit code, and all it printed.</returns>
    public static (int Code, string Output) Run(ProcessStartInfo command)
    {
        using var process = Process.Start(command)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int pid, int signal) => SendSignal(pid, signal) == 0;

    /// <summary>The full path of a program on PATH, links followed, or null.</summary>
    public static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) is { } found
            ? File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found
            : null;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int pid, int signal);
}
