// One call of a graph whose tensors are not rows of one size (sentences, a picture of any size): tensors are made for it and its
// answer lies where the runtime put it.
using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

internal sealed class FreeAnswer : Answer
{
    private readonly SessionPool _pool;
    private readonly IDisposableReadOnlyCollection<OrtValue> _outputs;
    private readonly long[][] _shapes;

    private FreeAnswer(SessionPool pool, IDisposableReadOnlyCollection<OrtValue> outputs)
    {
        (_pool, _outputs) = (pool, outputs);
        _shapes = [.. outputs.Select(output => output.GetTensorTypeAndShape().Shape)];
    }

    public static FreeAnswer Run(InferenceSession session, GraphSignature signature, SessionPool pool, Call call, RunOptions options)
    {
        var values = new OrtValue[call.InputCount];
        try
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = Tensor(signature.Inputs[i].Datatype, call.Inputs[i]);
            call.FilledAt = System.Diagnostics.Stopwatch.GetTimestamp();
            return new(pool, session.Run(options, [.. signature.Inputs.Select(input => input.Name)], values, [.. signature.Outputs.Select(output => output.Name)]));
        }
        finally
        {
            foreach (var value in values)
                value?.Dispose();
        }
    }

    public override ReadOnlySpan<byte> Bytes(int output, int firstRow, int rows) =>
        Elements(output, rows) == 0 ? default : _outputs[output].GetTensorMutableRawData();

    public override ReadOnlySpan<byte> Text(int output, int firstRow, int element) => _outputs[output].GetStringElementAsSpan(element);

    public override int Elements(int output, int rows) => checked((int)_shapes[output].Aggregate(1L, (product, size) => product * size));

    public override int Rank(int output) => _shapes[output].Length;

    public override long Dimension(int output, int dimension, int rows) => _shapes[output][dimension];

    protected override void Close()
    {
        _outputs.Dispose();
        _pool.Leave();
    }

    private static OrtValue Tensor(Datatype type, CallInput input)
    {
        var shape = input.Shape.ToArray();
        if (type == Datatype.Bytes)
        {
            var texts = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
            RowContext.WriteTexts(texts, input.Data, 0);
            return texts;
        }
        var tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type.Onnx(), shape);
        if (input.Data.Length > 0)
            input.Data.CopyTo(tensor.GetTensorMutableRawData());
        return tensor;
    }
}
