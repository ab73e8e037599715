// The real worker executable, started and ended as a system would. Knows nothing of what it works on.
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MaaS.Platform.Tests.Workers;

public sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    private WorkerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed, for the message of a failed test.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    public int Id => _process.Id;

    public static WorkerProcess Start(string connectionString, string artifacts, params (string Key, string Value)[] settings)
    {
        // artifacts/bin/MaaS.Platform.Tests/release/ -> artifacts/bin/MaaS.Worker/release/
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var folder = Path.Combine(own.Parent!.Parent!.FullName, "MaaS.Worker", own.Name);
        var start = new ProcessStartInfo(Path.Combine(folder, OperatingSystem.IsWindows() ? "MaaS.Worker.exe" : "MaaS.Worker"))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__maas"] = connectionString;
        start.Environment["ConnectionStrings__artifacts"] = new Uri(artifacts).AbsoluteUri;
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new(start);
    }

    /// <summary>Processes of its jobs.</summary>
    public IReadOnlyList<int> Children() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == _process.Id)
        .ToList();

    /// <summary>The process that runs this job: its command line ends in "run (job) (attempt)".</summary>
    public int? ChildOf(Guid job) => Children().Where(id => CommandOf(id).Contains($"{job}", StringComparison.Ordinal)).Select(id => (int?)id).FirstOrDefault();

    public static bool IsAlive(int id) => ParentOf(id) is not null;

    /// <summary>kill -9 of the worker alone, as when the system runs out of memory.</summary>
    public Task Kill() => End("-KILL");

    /// <summary>What a system sends to stop a service.</summary>
    public Task Terminate() => End("-TERM");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task End(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.Add(line.Data ?? "");
    }

    /// <summary>Null when there is no such process, or only its remains.</summary>
    private static int? ParentOf(int id)
    {
        try
        {
            var state = Regex.Match(File.ReadAllText($"/proc/{id}/stat"), @"^\d+ \(.*\) (\w) (\d+)", RegexOptions.Singleline, TimeSpan.FromSeconds(1));
            return state.Groups[1].Value == "Z" ? null : int.Parse(state.Groups[2].Value);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string CommandOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }
}
