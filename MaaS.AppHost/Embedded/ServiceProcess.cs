// Keeps one child process alive: start, wait until healthy, start again after a crash, stop in good order.
// It does not know what the child is; PostgreSQL and the three services are all run by this.
using System.Diagnostics;

namespace MaaS.AppHost.Embedded;

internal sealed class ServiceProcess(string name)
{
    // A service gets this long to finish what it is doing; ASP.NET Core itself would wait 30 s for a client that never hangs up.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _calm = TimeSpan.FromMinutes(1);

    private readonly LogLines _log = new(name);
    private readonly TaskCompletionSource _healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Thread? _thread;
    private Process? _process;

    /// <summary>Called before every start with a way to log; repairs what the last run may have left.</summary>
    public Action<LogLines> Prepare { get; init; } = _ => { };

    public required Func<ProcessStartInfo> Command { get; init; }

    /// <summary>Asked from the start until it says true: every 50 ms at first, then after each tenth of the time that has passed.</summary>
    public required Func<Process, bool> IsHealthy { get; init; }

    /// <summary>Asks the child to end.</summary>
    public int StopSignal { get; init; } = Launch.Terminate;

    /// <summary>What must be healthy before the first start.</summary>
    public IReadOnlyList<ServiceProcess> WaitsFor { get; init; } = [];

    /// <summary>Done at the first good health; failed with a <see cref="Refusal"/> when the child can never start.</summary>
    public Task Healthy => _healthy.Task;

    public void Start()
    {
        // A thread of its own for the child's whole life: the kernel ties the child to the thread that started it (Launch.Command).
        _thread = new Thread(Live) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the child: asks, waits for the grace period, then kills it with its own children. Does nothing when never started.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping.Cancel();
            if (_process is { HasExited: false })
                Launch.Signal(_process.Id, StopSignal);
        }
        if (_thread is null || _thread.Join(_grace))
            return;
        _log.Say($"did not stop within {_grace.TotalSeconds:0} s and is killed");
        KillNow();
        _thread.Join();
    }

    public void KillNow()
    {
        lock (_gate)
        {
            _stopping.Cancel();
            _process?.Kill(entireProcessTree: true);
        }
    }

    private void Live()
    {
        try
        {
            Task.WaitAll([.. WaitsFor.Select(service => service.Healthy)], _stopping.Token);
            for (var crashes = 0; !_stopping.IsCancellationRequested; crashes++)
            {
                var began = Stopwatch.StartNew();
                var end = RunOnce();
                if (_stopping.IsCancellationRequested)
                    break;
                crashes = began.Elapsed > _calm ? 0 : crashes;
                var pause = TimeSpan.FromSeconds(Math.Min(0.5 * Math.Pow(2, crashes), _longestPause.TotalSeconds));
                _log.Say($"{end}; starting it again in {pause.TotalSeconds:0.#} s");
                _stopping.Token.WaitHandle.WaitOne(pause);
            }
        }
        catch (Refusal refusal)
        {
            // The user's to mend: it stops the application, which hears of it through Healthy.
            _healthy.TrySetException(refusal);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            // Stopped while it waited for its turn, or what it waited for can never start.
        }
        _healthy.TrySetCanceled(_stopping.Token);
    }

    /// <returns>How the child ended, in words.</returns>
    private string RunOnce()
    {
        try
        {
            Prepare(_log);
            return $"ended with code {RunToItsEnd()}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // A full disk, no more processes: it may pass.
            return $"could not be started ({e.Message})";
        }
    }

    private int RunToItsEnd()
    {
        lock (_gate)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            _process = Process.Start(Command())!;
        }
        using var process = _process;
        process.OutputDataReceived += (_, line) => _log.Say(line.Data);
        process.ErrorDataReceived += (_, line) => _log.Say(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // Not closed: a service may take the end of its input as the end of its parent.
        var input = process.StandardInput;

        var waited = Stopwatch.StartNew();
        // A service that says "not yet" logs why each time, so the longer it takes the less it is asked.
        while (!process.WaitForExit((int)Math.Clamp(waited.ElapsedMilliseconds / 10, 50, 1000)) && !_stopping.IsCancellationRequested)
        {
            if (IsHealthy(process))
            {
                _healthy.TrySetResult();
                break;
            }
        }
        // With no time-out it would also wait for the end of the output, which a grandchild may hold open.
        while (!process.WaitForExit(int.MaxValue)) { }

        lock (_gate)
            _process = null;
        input.Dispose();
        return process.ExitCode;
    }
}
