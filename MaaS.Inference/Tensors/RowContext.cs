// Fixed memory for up to so many rows of one session, bound to its inputs and outputs once for each number of rows: a run of
// numbers allocates nothing. For a GPU it is pinned memory of the provider's own, which the device reads and writes without a copy
// in between. Knows layout; who may use it when is SessionPool's.
using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

internal sealed unsafe class RowContext : Answer, IDisposable
{
    private const int Alignment = 64; // a cache line, and the widest vector

    private readonly InferenceSession _session;
    private readonly GraphSignature _signature;
    private readonly SessionPool _pool;
    private readonly OrtAllocator? _pinned;
    private readonly List<OrtMemoryAllocation> _lent = [];
    private readonly byte*[] _inputs; // null for texts, which live in the runtime
    private readonly byte*[] _outputs;
    private readonly Bound?[] _bound;
    private Bound? _current;

    /// <param name="pinned">Whose memory it is to be; null for plain memory.</param>
    public RowContext(InferenceSession session, GraphSignature signature, SessionPool pool, int capacity, OrtAllocator? pinned = null)
    {
        (_session, _signature, _pool, Capacity, _pinned) = (session, signature, pool, capacity, pinned);
        _inputs = Allocate(signature.Inputs, capacity);
        _outputs = Allocate(signature.Outputs, capacity);
        _bound = new Bound?[capacity - capacity / 2];
    }

    /// <summary>The tensors of one number of rows.</summary>
    private sealed record Bound(OrtIoBinding Binding, OrtValue[] Inputs, OrtValue[] Outputs) : IDisposable
    {
        public void Dispose()
        {
            Binding.Dispose();
            foreach (var value in Inputs.Concat(Outputs))
                value.Dispose();
        }
    }

    public int Capacity { get; }

    /// <summary>Puts the calls' rows one behind the other.</summary>
    public void Fill(ReadOnlySpan<Call> calls, int rows)
    {
        _current = _bound[Capacity - rows] ??= Bind(rows);
        for (var input = 0; input < _inputs.Length; input++)
        {
            var info = _signature.Inputs[input];
            var row = 0;
            foreach (var call in calls)
            {
                var data = call.Inputs[input].Data;
                if (_inputs[input] is null)
                    WriteTexts(_current.Inputs[input], data, row * info.RowElements);
                else
                    data.CopyTo(new Span<byte>(_inputs[input] + (long)row * info.RowBytes, call.Rows * info.RowBytes));
                row += call.Rows;
            }
        }
    }

    public void Run(RunOptions options)
    {
        _session.RunWithBinding(options, _current!.Binding);
        if (_pinned is not null)
            _current.Binding.SynchronizeBoundOutputs();
    }

    public override ReadOnlySpan<byte> Bytes(int output, int firstRow, int rows)
    {
        var bytes = _signature.Outputs[output].RowBytes;
        return new(_outputs[output] + (long)firstRow * bytes, rows * bytes);
    }

    public override ReadOnlySpan<byte> Text(int output, int firstRow, int element) =>
        _current!.Outputs[output].GetStringElementAsSpan(firstRow * _signature.Outputs[output].RowElements + element);

    public override int Elements(int output, int rows) => rows * _signature.Outputs[output].RowElements;

    public override int Rank(int output) => _signature.Outputs[output].Shape.Count;

    public override long Dimension(int output, int dimension, int rows) => dimension == 0 ? rows : _signature.Outputs[output].Shape[dimension];

    public void Dispose()
    {
        foreach (var bound in _bound)
            bound?.Dispose();
        foreach (var lent in _lent)
            lent.Dispose();
        if (_pinned is not null)
            return;
        foreach (var buffer in _inputs)
            NativeMemory.AlignedFree(buffer);
        foreach (var buffer in _outputs)
            NativeMemory.AlignedFree(buffer);
    }

    protected override void Close() => _pool.Return(this);

    internal static void WriteTexts(OrtValue tensor, in ReadOnlySequence<byte> data, int first)
    {
        var reader = new SequenceReader<byte>(data);
        for (; CallInput.TryText(ref reader, out var text); first++)
            tensor.StringTensorSetElementAt(text.IsSingleSegment ? text.FirstSpan : text.ToArray(), first);
    }

    private byte*[] Allocate(IReadOnlyList<TensorInfo> tensors, int rows)
    {
        var buffers = new byte*[tensors.Count];
        for (var i = 0; i < buffers.Length; i++)
            if (tensors[i].Datatype != Datatype.Bytes)
                buffers[i] = Allocate((nuint)tensors[i].RowBytes * (nuint)rows);
        return buffers;
    }

    private byte* Allocate(nuint bytes)
    {
        if (_pinned is null)
            return (byte*)NativeMemory.AlignedAlloc(bytes, Alignment);
        _lent.Add(_pinned.Allocate(checked((uint)bytes)));
        return (byte*)_lent[^1].DangerousGetHandle();
    }

    private Bound Bind(int rows)
    {
        var bound = new Bound(_session.CreateIoBinding(), new OrtValue[_inputs.Length], new OrtValue[_outputs.Length]);
        for (var i = 0; i < _inputs.Length; i++)
            bound.Binding.BindInput(_signature.Inputs[i].Name, bound.Inputs[i] = Tensor(_signature.Inputs[i], _inputs[i], rows));
        for (var i = 0; i < _outputs.Length; i++)
            bound.Binding.BindOutput(_signature.Outputs[i].Name, bound.Outputs[i] = Tensor(_signature.Outputs[i], _outputs[i], rows));
        return bound;
    }

    private OrtValue Tensor(TensorInfo info, byte* buffer, int rows)
    {
        long[] shape = [rows, .. info.Shape.Skip(1)];
        return buffer is null
            ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape)
            : OrtValue.CreateTensorValueWithData(_pinned?.Info ?? OrtMemoryInfo.DefaultInstance, info.Datatype.Onnx(), shape, (nint)buffer, (long)rows * info.RowBytes);
    }
}
