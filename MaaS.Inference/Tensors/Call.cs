// One request's tensors on their way through the runtime, and its answer until the caller has copied it. Reused: no garbage.
using System.Buffers;
using System.Threading.Tasks.Sources;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

/// <summary>How a call ended.</summary>
public enum CallOutcome { Answered, QueueFull, TimedOut, Canceled, Failed, Unloaded, Stopped }

/// <summary>One input: bytes as they are on the wire, little-endian, row by row; a text is its length in four bytes and its UTF-8.</summary>
public sealed class CallInput
{
    private long[] _shape = new long[4];
    private int _rank;

    public ReadOnlySequence<byte> Data { get; set; }

    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, _rank);

    public void Clear() => (_rank, Data) = (0, default);

    public void AddDimension(long size)
    {
        if (_rank == _shape.Length)
            Array.Resize(ref _shape, 2 * _rank);
        _shape[_rank++] = size;
    }

    /// <summary>Next text of <see cref="Data"/>; false at its end, or where the bytes are no texts.</summary>
    public static bool TryText(ref SequenceReader<byte> data, out ReadOnlySequence<byte> text)
    {
        text = default;
        return data.TryReadLittleEndian(out int length) && length >= 0 && data.TryReadExact(length, out text);
    }
}

public sealed class Call : IValueTaskSource<CallOutcome>
{
    /// <summary>1 is served first, then 2, and so on.</summary>
    public const int Priorities = 5, UsualPriority = 3;

    private ManualResetValueTaskSourceCore<CallOutcome> _done = new() { RunContinuationsAsynchronously = true };
    private CallInput[] _inputs = [];
    private Answer? _answer;
    private int _firstRow;

    /// <summary>By the signature's order; <see cref="Begin"/> has made as many as it has inputs.</summary>
    public ReadOnlySpan<CallInput> Inputs => _inputs.AsSpan(0, InputCount);

    public int InputCount { get; private set; }

    public long InputBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var input in Inputs)
                bytes += input.Data.Length;
            return bytes;
        }
    }

    /// <summary>Of a graph that is by rows; 1 for any other, whose calls are never put together.</summary>
    public int Rows { get; set; }

    public int Priority { get; set; }

    /// <summary>Instead of tensors: something to do with the model, by itself, on a thread of the batcher; it ends when the options say so.</summary>
    internal Action<RunOptions>? Work { get; set; }

    /// <summary>Stopwatch ticks: asked, computing begun, inputs in place, computed.</summary>
    public long AskedAt { get; internal set; }
    public long StartedAt { get; internal set; }
    public long FilledAt { get; internal set; }
    public long ComputedAt { get; internal set; }

    /// <summary>Why it <see cref="CallOutcome.Failed"/>.</summary>
    public string? Failure { get; internal set; }

    // The batcher's own: its place in the queue, and when that is given up.
    internal Call? Previous, Next;
    internal long Deadline;
    internal CallState State;
    internal Batch? Batch;
    private Batcher? _batcher;
    private CancellationTokenRegistration _gone;

    public void Begin(int inputs)
    {
        if (_inputs.Length < inputs)
            Array.Resize(ref _inputs, inputs);
        for (var i = 0; i < inputs; i++)
            (_inputs[i] ??= new()).Clear();
        (InputCount, Rows, Priority, Work, Failure, State) = (inputs, 1, UsualPriority, null, null, CallState.New);
    }

    /// <summary>Elements of an output, as they are on the wire; not for texts. Valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Output(int index) => _answer!.Bytes(index, _firstRow, Rows);

    public int OutputElements(int index) => _answer!.Elements(index, Rows);

    /// <summary>The UTF-8 of one text of an output.</summary>
    public ReadOnlySpan<byte> OutputText(int index, int element) => _answer!.Text(index, _firstRow, element);

    /// <summary>An output's dimensions, the rows first.</summary>
    public int OutputRank(int index) => _answer!.Rank(index);

    public long OutputDimension(int index, int dimension) => _answer!.Dimension(index, dimension, Rows);

    /// <summary>Hands the answer's memory back, if there was an answer.</summary>
    public void Release()
    {
        _answer?.Release();
        _answer = null;
    }

    internal void Answered(Answer answer, int firstRow) => (_answer, _firstRow) = (answer, firstRow);

    /// <summary>Until somebody calls <see cref="End"/>; the batcher hears when the caller goes away before.</summary>
    internal ValueTask<CallOutcome> Wait(Batcher batcher, CancellationToken token)
    {
        _done.Reset(); // it may have waited for another batcher before, whose model was unloaded
        _batcher = batcher;
        _gone = token.UnsafeRegister(static call => ((Call)call!)._batcher!.Abandon((Call)call), this);
        return new(this, _done.Version);
    }

    internal void End(CallOutcome outcome) => _done.SetResult(outcome);

    CallOutcome IValueTaskSource<CallOutcome>.GetResult(short token)
    {
        // Waits for a callback that is running: the call is about to be used again.
        _gone.Dispose();
        return _done.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<CallOutcome>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<CallOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
