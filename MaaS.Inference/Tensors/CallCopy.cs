// An answered call with its inputs and its answer, copied, so that another version can be asked the same when the caller has long gone.
using System.Buffers;
using System.Text;

namespace MaaS.Inference.Tensors;

/// <param name="Bytes">As on the wire, little-endian.</param>
/// <param name="Texts">Instead of bytes, of an output of texts.</param>
public sealed record TensorCopy(string Name, Datatype Datatype, long[] Shape, byte[] Bytes, string[]? Texts = null);

public sealed class CallCopy
{
    private CallCopy(TensorCopy[] inputs, TensorCopy[] outputs) => (Inputs, Outputs) = (inputs, outputs);

    public IReadOnlyList<TensorCopy> Inputs { get; }

    public IReadOnlyList<TensorCopy> Outputs { get; }

    /// <summary>Of a call that was answered, before it is released and its inputs' memory is handed back.</summary>
    public static CallCopy Of(Call call, GraphSignature signature) => new(
        [.. signature.Inputs.Select((info, index) => new TensorCopy(info.Name, info.Datatype, call.Inputs[index].Shape.ToArray(), call.Inputs[index].Data.ToArray()))],
        AnswerOf(call, signature));

    public static TensorCopy[] AnswerOf(Call call, GraphSignature signature) => [.. signature.Outputs.Select((info, index) =>
    {
        var shape = Enumerable.Range(0, call.OutputRank(index)).Select(dimension => call.OutputDimension(index, dimension)).ToArray();
        return info.Datatype == Datatype.Bytes
            ? new TensorCopy(info.Name, info.Datatype, shape, [], [.. Enumerable.Range(0, call.OutputElements(index)).Select(element => Encoding.UTF8.GetString(call.OutputText(index, element)))])
            : new TensorCopy(info.Name, info.Datatype, shape, call.Output(index).ToArray());
    })];

    /// <summary>Bytes that a copy takes, but for texts that were answered.</summary>
    public static long BytesOf(Call call, GraphSignature signature)
    {
        var bytes = 0L;
        foreach (var input in call.Inputs)
            bytes += input.Data.Length;
        for (var i = 0; i < signature.Outputs.Count; i++)
            bytes += (long)call.OutputElements(i) * signature.Outputs[i].Datatype.Size();
        return bytes;
    }

    /// <summary>Asks the same again, of a graph that may take less, or in another order.</summary>
    /// <returns>False when the graph takes what was not given.</returns>
    public bool TryFill(Call call, GraphSignature signature)
    {
        call.Begin(signature.Inputs.Count);
        for (var i = 0; i < signature.Inputs.Count; i++)
        {
            var info = signature.Inputs[i];
            if (Inputs.FirstOrDefault(input => input.Name == info.Name && input.Datatype == info.Datatype && Fits(input.Shape, info.Shape)) is not { } given)
                return false;
            foreach (var size in given.Shape)
                call.Inputs[i].AddDimension(size);
            call.Inputs[i].Data = new ReadOnlySequence<byte>(given.Bytes);
        }
        if (!signature.ByRows)
            return true;
        call.Rows = (int)call.Inputs[0].Shape[0];
        foreach (var input in call.Inputs)
            if (input.Shape[0] != call.Rows)
                return false;
        return call.Rows > 0 && call.Rows <= signature.MostRows;
    }

    private static bool Fits(long[] shape, IReadOnlyList<long> taken) =>
        shape.Length == taken.Count && shape.Zip(taken).All(size => size.Second < 0 || size.First == size.Second);
}
