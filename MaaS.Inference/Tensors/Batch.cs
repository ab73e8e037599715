// Calls that are being computed together, and how to stop that: when the last of them has lost its caller, or when it takes too long.
// Everything but Options is touched under the batcher's lock only.
using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

internal sealed class Batch : IDisposable
{
    private readonly object _gate;
    private readonly TimeSpan _limit;
    private readonly Timer _timer;
    private int _present;
    private long _beganAt;

    /// <param name="gate">The batcher's lock.</param>
    /// <param name="limit">How long it may be computed.</param>
    public Batch(object gate, TimeSpan limit)
    {
        (_gate, _limit) = (gate, limit);
        _timer = new(_ => Stop());
    }

    public List<Call> Calls { get; } = [];

    /// <summary>Its own, so that one run can be stopped without the others.</summary>
    public RunOptions Options { get; } = SessionPool.QuietOptions();

    /// <summary>Nobody waits for it any longer.</summary>
    public bool IsAbandoned => _present == 0;

    /// <summary>It was stopped because it took too long.</summary>
    public bool IsStopped { get; private set; }

    public void Begin()
    {
        (_present, _beganAt, IsStopped) = (Calls.Count, Stopwatch.GetTimestamp(), false);
        foreach (var call in Calls)
            call.Batch = this;
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
    }

    public void Leave()
    {
        if (--_present == 0)
            Options.Terminate = true;
    }

    public void End()
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (var call in Calls)
            call.Batch = null;
        if (IsAbandoned || IsStopped)
            Options.Terminate = false;
        _beganAt = 0;
    }

    public void Dispose()
    {
        _timer.Dispose();
        Options.Dispose();
    }

    private void Stop()
    {
        lock (_gate)
            // A timer that went off while the batch ended must not stop the next one.
            if (_beganAt != 0 && Stopwatch.GetElapsedTime(_beganAt) >= _limit)
                IsStopped = Options.Terminate = true;
    }
}
