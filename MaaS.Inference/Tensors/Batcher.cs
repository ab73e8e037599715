// Decides which calls are computed together and on which thread. A quick call that nobody is to wait for is computed at once, on its
// caller's thread; all others queue for threads of their own, so that no long run holds up a thread that serves other requests.
// Callers may come and go in any order: each gets its own rows or is told why not.
using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Contracts.Deployments;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

/// <param name="counts">Outlives the batcher: a new revision of a deployment has a new one and counts on.</param>
public sealed class Batcher(SessionPool pool, Batching settings, BatchCounts counts)
{
    private const int IdleMilliseconds = 10_000; // until a thread without work ends

    private readonly object _gate = new();
    private readonly BatchQueue _queue = new();
    private readonly int _mostRunners = Math.Max(1, Environment.ProcessorCount / pool.Threads);
    private Timer? _expiry;
    private long _expiresAt = long.MaxValue;
    private int _runners, _idle;
    private bool _gathering;

    public SessionPool Pool => pool;

    /// <param name="call">Its inputs fit the graph's signature. When it was answered, its caller must release it.</param>
    /// <param name="timeout">How long it may wait; null for what the settings say.</param>
    public ValueTask<CallOutcome> Ask(Call call, TimeSpan? timeout, CancellationToken token) =>
        AskNow(call) is { } outcome ? new(outcome) : Enqueue(call, timeout, token);

    /// <summary>Answers at once, on this thread, what is quick and waits for no others.</summary>
    /// <returns>Null when the call is to be enqueued.</returns>
    public CallOutcome? AskNow(Call call)
    {
        call.AskedAt = Stopwatch.GetTimestamp();
        if (call.Rows < settings.MaxBatchSize || !Pool.IsQuick(call))
            return null;
        var run = ShortRun.Begin(call.AskedAt);
        CallOutcome outcome;
        bool isStopped;
        try
        {
            outcome = Run(new(in call), call.Rows, run.Options);
        }
        finally
        {
            isStopped = run.End();
        }
        return isStopped && outcome == CallOutcome.Failed ? null : outcome;
    }

    public ValueTask<CallOutcome> Enqueue(Call call, TimeSpan? timeout, CancellationToken token)
    {
        var patience = timeout ?? TimeSpan.FromMilliseconds(settings.TimeoutMs);
        lock (_gate)
        {
            if (_queue.Count >= settings.QueueLimit)
                return new(CallOutcome.QueueFull);
            call.Deadline = call.AskedAt + (long)(patience.TotalSeconds * Stopwatch.Frequency);
            _queue.Add(call);
            var answer = call.Wait(this, token);
            ExpireBy(call.Deadline);
            if (_runners < _mostRunners && _idle == 0 && !_gathering)
            {
                _runners++;
                new Thread(Serve) { IsBackground = true, Name = "inference" }.Start();
            }
            else if (_gathering ? IsFull : _idle > 0)
                Monitor.Pulse(_gate);
            return answer;
        }
    }

    private bool IsFull => !Pool.Signature.ByRows || _queue.Rows >= settings.MaxBatchSize;

    private void Serve()
    {
        using var batch = new Batch(_gate, TimeSpan.FromMilliseconds(settings.RunLimitMs));
        while (Next(batch))
            Compute(batch);
    }

    /// <summary>Waits for calls, and then as long as the settings say for more of them.</summary>
    /// <returns>False when nothing came for so long that the thread may end.</returns>
    private bool Next(Batch batch)
    {
        lock (_gate)
            while (true)
            {
                var left = Patience();
                if (_queue.Count > 0 && left <= 0)
                {
                    batch.Calls.Clear();
                    _queue.Take(Pool.Signature.ByRows ? settings.MaxBatchSize : 1, batch.Calls);
                    batch.Begin();
                    if (_queue.Count > 0 && _idle > 0)
                        Monitor.Pulse(_gate);
                    return true;
                }
                if (_queue.Count > 0 && !_gathering)
                {
                    _gathering = true;
                    Monitor.Wait(_gate, left);
                    _gathering = false;
                    continue;
                }
                _idle++;
                var woken = Monitor.Wait(_gate, IdleMilliseconds);
                _idle--;
                if (!woken && _queue.Count == 0)
                {
                    _runners--;
                    return false;
                }
            }
    }

    /// <summary>Milliseconds that the oldest call may still wait for company.</summary>
    private int Patience() => settings.QueueDelayMs == 0 || _queue.Count == 0 || IsFull
        ? 0 : settings.QueueDelayMs - (int)Stopwatch.GetElapsedTime(_queue.OldestAt).TotalMilliseconds;

    private void Compute(Batch batch)
    {
        var outcome = RunOnce(batch);
        if (outcome == CallOutcome.Failed && batch.Calls.Count > 1)
            foreach (var call in batch.Calls.ToArray()) // One of them has spoilt it for the others: each is on its own.
            {
                lock (_gate)
                {
                    batch.Calls.Clear();
                    batch.Calls.Add(call);
                    batch.Begin();
                }
                call.End(RunOnce(batch));
            }
        else
            foreach (var call in batch.Calls)
                call.End(outcome);
    }

    private CallOutcome RunOnce(Batch batch)
    {
        var outcome = Run(CollectionsMarshal.AsSpan(batch.Calls), batch.Calls.Sum(call => call.Rows), batch.Options);
        lock (_gate)
            batch.End();
        return outcome != CallOutcome.Failed ? outcome : batch.IsStopped ? CallOutcome.Stopped : batch.IsAbandoned ? CallOutcome.Canceled : outcome;
    }

    private CallOutcome Run(ReadOnlySpan<Call> calls, int rows, RunOptions? options = null)
    {
        var outcome = Pool.Run(calls, rows, options);
        if (outcome == CallOutcome.Answered)
            counts.Add(rows, calls[0]);
        return outcome;
    }

    /// <summary>A caller has gone away: what waits is not computed, and what is computed for nobody is stopped.</summary>
    internal void Abandon(Call call)
    {
        lock (_gate)
        {
            if (call.State != CallState.Waiting)
            {
                call.Batch?.Leave();
                return;
            }
            _queue.Remove(call);
        }
        call.End(CallOutcome.Canceled);
    }

    private void ExpireBy(long deadline)
    {
        if (deadline >= _expiresAt)
            return;
        _expiresAt = deadline;
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline).TotalMilliseconds), 1, int.MaxValue));
        (_expiry ??= new(_ => Expire())).Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Expire()
    {
        var expired = new List<Call>();
        lock (_gate)
        {
            _expiresAt = long.MaxValue;
            if (_queue.Expire(Stopwatch.GetTimestamp(), expired) is var next and < long.MaxValue)
                ExpireBy(next);
        }
        foreach (var call in expired)
            call.End(CallOutcome.TimedOut);
    }
}
