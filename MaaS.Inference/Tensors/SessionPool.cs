// One session for everybody, and a pool of memory to run it in: a context holds buffers outside the managed heap for so many rows,
// comes back when its answers have been copied out, and serves the next. Buckets are powers of two; within one, the tensors
// have exactly as many rows as were asked for, because rows that only fill up are computed like any other.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

public sealed class SessionPool
{
    // What is larger takes so long to compute that fresh memory does not matter, and would lie about for nothing.
    private const int MostPooledRows = 256;
    private const long MostPooledBytes = 4 << 20;
    private const int MostIdle = 16; // of each size

    // A thread switch costs some 10 us; a run of a millisecond at most delays the other requests of its thread no more than a busy core does.
    private static readonly long s_quick = Stopwatch.Frequency / 1000;

    // A row may be a text of any length, and what short ones take says nothing of it; and a long answer takes long to write.
    private const int QuickBytes = 64 << 10;

    private readonly InferenceSession _session;
    private readonly Model _owner;
    private readonly ConcurrentQueue<RowContext>[] _idle = [.. Enumerable.Range(0, BitOperations.Log2(MostPooledRows) + 1).Select(_ => new ConcurrentQueue<RowContext>())];
    private readonly long[] _means; // Stopwatch ticks of a run, by size; 0 before the first
    private readonly long _rowBytes, _answerBytes;
    private readonly RunOptions _options = QuietOptions();
    private readonly OrtAllocator? _pinned; // memory that the GPU reads and writes by itself; null for a model on the CPU

    internal SessionPool(Session session, Model owner)
    {
        (_session, _owner, Threads, Signature) = (session.Onnx, owner, session.Threads, session.Signature);
        if (session.IsOnGpu)
        {
            using var info = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.CpuOutput);
            _pinned = new(session.Onnx, info);
        }
        _means = new long[_idle.Length];
        _answerBytes = Signature.Outputs.Sum(tensor => (long)tensor.RowBytes);
        _rowBytes = _answerBytes + Signature.Inputs.Sum(tensor => (long)tensor.RowBytes);
    }

    public GraphSignature Signature { get; }

    /// <summary>That a single run takes.</summary>
    internal int Threads { get; }

    /// <summary>
    /// Whether a call, and the writing of its answer, is likely over within a millisecond. Of a graph that is not by rows nobody knows, and a GPU may
    /// be busy with another model.
    /// </summary>
    internal bool IsQuick(Call call)
    {
        if (!Signature.ByRows || call.Work is not null || _pinned is not null || call.Rows > MostPooledRows || call.Rows * _answerBytes > QuickBytes || call.InputBytes > QuickBytes)
            return false;
        for (var size = SizeOf(call.Rows); size < _means.Length; size++) // fewer rows take no longer
            if (Volatile.Read(ref _means[size]) is var mean and > 0)
                return mean < s_quick;
        return false;
    }

    /// <summary>Computes calls together, on this thread. The calls' inputs fit the signature.</summary>
    /// <param name="options">The runner's own, when the run may have to be stopped.</param>
    internal CallOutcome Run(ReadOnlySpan<Call> calls, int rows, RunOptions? options = null)
    {
        var started = Stopwatch.GetTimestamp();
        if (!_owner.TryEnter())
            return CallOutcome.Unloaded;
        foreach (var call in calls)
            call.StartedAt = started;
        try
        {
            if (calls[0].Work is { } work)
                RunWork(calls[0], work, options ?? _options);
            else if (Signature.ByRows)
                RunRows(calls, rows, options ?? _options);
            else
                RunFree(calls[0], options ?? _options);
        }
        catch (Exception refused) when (refused is OnnxRuntimeException or OutOfMemoryException)
        {
            foreach (var call in calls)
                call.Failure = refused.Message;
            if (options is { Terminate: true })
                Learn(calls[0], rows, Stopwatch.GetTimestamp() - started, isWhole: false);
            return CallOutcome.Failed;
        }
        var ended = Stopwatch.GetTimestamp();
        foreach (var call in calls)
            call.ComputedAt = ended;
        Learn(calls[0], rows, ended - started);
        return CallOutcome.Answered;
    }

    /// <summary>
    /// A mean that forgets: what takes long now and then counts, but for a thread that had to wait for its core. It falls faster than it rises, so
    /// that the first run, which is slow, is soon forgotten.
    /// </summary>
    /// <param name="isWhole">Or it was stopped, and would have taken longer.</param>
    private void Learn(Call call, int rows, long ticks, bool isWhole = true)
    {
        if (call.Work is not null || rows > MostPooledRows)
            return;
        ref var mean = ref _means[SizeOf(rows)];
        var known = Volatile.Read(ref mean);
        if (isWhole || ticks > known)
            Volatile.Write(ref mean, Math.Max(1, known == 0 ? ticks : ticks < known ? known - (known - ticks) / 4 : known + (ticks - known) / 8));
    }

    /// <summary>Of so many rows: 0 for one, 1 for two, 2 for up to four.</summary>
    private static int SizeOf(int rows) => BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)rows));

    internal void Return(RowContext context)
    {
        var idle = context.Capacity <= MostPooledRows ? _idle[SizeOf(context.Capacity)] : null;
        if (idle is null || idle.Count >= MostIdle || context.Capacity * _rowBytes > MostPooledBytes)
            context.Dispose();
        else
            idle.Enqueue(context);
        _owner.Leave();
    }

    internal void Leave() => _owner.Leave();

    /// <summary>What the graph refuses is told to its caller; the log is for what concerns the operator.</summary>
    internal static RunOptions QuietOptions() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>After the last call has ended.</summary>
    internal void Close()
    {
        foreach (var idle in _idle)
            while (idle.TryDequeue(out var context))
                context.Dispose();
        _pinned?.Dispose();
        _options.Dispose();
    }

    private void RunRows(ReadOnlySpan<Call> calls, int rows, RunOptions options)
    {
        RowContext? context = null;
        try
        {
            context = Rent(rows);
            context.Fill(calls, rows);
            var filled = Stopwatch.GetTimestamp();
            foreach (var call in calls)
                call.FilledAt = filled;
            context.Run(options);
        }
        catch
        {
            context?.Dispose();
            _owner.Leave();
            throw;
        }
        context.Share(calls.Length);
        var first = 0;
        foreach (var call in calls)
        {
            call.Answered(context, first);
            first += call.Rows;
        }
    }

    private void RunWork(Call call, Action<RunOptions> work, RunOptions options)
    {
        try
        {
            call.FilledAt = Stopwatch.GetTimestamp();
            work(options);
        }
        finally
        {
            _owner.Leave();
        }
    }

    private void RunFree(Call call, RunOptions options)
    {
        FreeAnswer answer;
        try
        {
            answer = FreeAnswer.Run(_session, Signature, this, call, options);
        }
        catch
        {
            _owner.Leave();
            throw;
        }
        answer.Share(1);
        call.Answered(answer, 0);
    }

    private RowContext Rent(int rows)
    {
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)rows);
        return capacity <= MostPooledRows && _idle[SizeOf(capacity)].TryDequeue(out var context)
            ? context : new RowContext(_session, Signature, this, capacity, _pinned);
    }
}
