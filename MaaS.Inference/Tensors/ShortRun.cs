// A run on its caller's thread, which others may be waiting for: one that is not over soon is stopped, and its caller lets the queue compute it. Each
// thread has its own, and one more watches them all. An operator of the graph that is at work is not interrupted; the next is not begun.
using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

internal sealed class ShortRun
{
    // Longer than a thread waits for its core on a busy machine: what is stopped is computed twice.
    private const int MostMilliseconds = 50;

    private static readonly List<WeakReference<ShortRun>> s_all = []; // a thread that ends takes its own along

    [ThreadStatic]
    private static ShortRun? t_own;

    private readonly Lock _gate = new();
    private long _beganAt; // 0 while nothing runs
    private bool _isStopped;

    static ShortRun() => new Thread(Watch) { IsBackground = true, Name = "inference watch" }.Start();

    private ShortRun()
    {
        lock (s_all)
            s_all.Add(new(this));
    }

    public RunOptions Options { get; } = SessionPool.QuietOptions();

    /// <param name="now">Stopwatch ticks.</param>
    public static ShortRun Begin(long now)
    {
        var own = t_own ??= new();
        Volatile.Write(ref own._beganAt, now);
        return own;
    }

    /// <returns>Whether it was stopped.</returns>
    public bool End()
    {
        lock (_gate)
        {
            var isStopped = _isStopped;
            if (isStopped)
                Options.Terminate = false;
            (_beganAt, _isStopped) = (0, false);
            return isStopped;
        }
    }

    private static void Watch()
    {
        while (true)
        {
            Thread.Sleep(MostMilliseconds); // a thread of its own: a pool that is busy would look too late
            lock (s_all)
            {
                s_all.RemoveAll(one => !one.TryGetTarget(out _));
                foreach (var one in s_all)
                    if (one.TryGetTarget(out var run))
                        run.Look();
            }
        }
    }

    private void Look()
    {
        if (Volatile.Read(ref _beganAt) == 0)
            return;
        lock (_gate)
            if (_beganAt != 0 && Stopwatch.GetElapsedTime(_beganAt).TotalMilliseconds >= MostMilliseconds)
                _isStopped = Options.Terminate = true;
    }
}
