// Runs the built AppHost as a user would, on a data folder and ports of its own, and sees which processes it has.
// It knows the AppHost only from outside: its output, its addresses file, /proc.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MaaS.EndToEnd.Tests.AppHost;

internal sealed class AppHostRun : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly string _data;
    private readonly ConcurrentQueue<string> _lines = [];

    private AppHostRun(string data, IReadOnlyDictionary<string, string> settings)
    {
        _data = data;
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "..", "..", "MaaS.AppHost", configuration, "MaaS.AppHost.dll"));
        Assert.SkipUnless(File.Exists(program), $"{program} is not built");
        var start = new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MAAS_DATA"] = data;
        foreach (var port in new[] { "WEB", "API", "API_GRPC", "API_METRICS", "WORKER" })
            start.Environment[$"MAAS_{port}_PORT"] = "0";
        foreach (var name in new[] { "ConnectionStrings__maas", "ConnectionStrings__artifacts", "MAAS_ADMIN_EMAIL", "MAAS_ADMIN_PASSWORD" })
            start.Environment.Remove(name);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public IReadOnlyList<string> Output => [.. _lines];

    public static AppHostRun Start(string data, params IEnumerable<(string Name, string Value)> settings) =>
        new(data, settings.ToDictionary(setting => setting.Name, setting => setting.Value));

    /// <summary>Starts it and waits until it says that everything is up.</summary>
    public static async Task<AppHostRun> Up(string data, params IEnumerable<(string Name, string Value)> settings)
    {
        var run = Start(data, settings);
        await Wait.Until(
            () => run._process.HasExited || run.Output.Any(line => line.StartsWith("MaaS is ready", StringComparison.Ordinal)),
            _patience, () => $"It is not ready: {string.Join('\n', run.Output.TakeLast(30))}");
        Assert.SkipWhen(run.Output.Any(line => line.StartsWith("No PostgreSQL server programs", StringComparison.Ordinal)), "no PostgreSQL here");
        Assert.False(run._process.HasExited, string.Join('\n', run.Output));
        return run;
    }

    /// <summary>The address of a service, as the AppHost wrote it for scripts.</summary>
    public Uri Address(string service) => new(File.ReadLines(Path.Combine(_data, "addresses"))
        .Single(line => line.StartsWith($"MAAS_{service.ToUpperInvariant()}=", StringComparison.Ordinal)).Split('=', 2)[1]);

    /// <summary>For what must know a port before it is listened to.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The running child with this in its command line (<c>MaaS.Api.dll</c>, <c>postgres</c>), or 0.</summary>
    public int Child(string part) => Children().SingleOrDefault(child => CommandLine(child).Contains(part, StringComparison.Ordinal));

    public IReadOnlyList<int> Children() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0).Where(pid => pid > 0 && Parent(pid) == Id && IsAlive(pid))];

    public void Signal(string signal) => Signal(Id, signal);

    public static void Signal(int pid, string signal) => Process.Start("kill", [$"-{signal}", $"{pid}"]).WaitForExit();

    /// <returns>The exit code, once it has ended by itself.</returns>
    public async Task<int> Ended()
    {
        await Wait.Until(() => _process.HasExited, _patience, () => $"It does not end: {string.Join('\n', Output.TakeLast(30))}");
        return _process.ExitCode;
    }

    /// <summary>True when the process runs; one that ended and that nobody has buried yet does not.</summary>
    public static bool IsAlive(int pid) => Stat(pid) is [var state, ..] && state != "Z";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Signal("TERM");
        await Ended();
        _process.Dispose();
    }

    private static int Parent(int pid) => Stat(pid) is [_, var parent, ..] ? int.Parse(parent) : 0;

    // "123 (name, with anything) S 1 ...": the state and the parent come after the last bracket.
    private static string[] Stat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
