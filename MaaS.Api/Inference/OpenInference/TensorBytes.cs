// Whether bytes from outside are what they are said to be.
using System.Buffers;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class TensorBytes
{
    /// <param name="elements">-1 for more than any memory holds.</param>
    public static bool Fit(in ReadOnlySequence<byte> data, Datatype type, long elements)
    {
        if (type != Datatype.Bytes)
            return data.Length == elements * type.Size();
        var reader = new SequenceReader<byte>(data);
        while (elements > 0 && CallInput.TryText(ref reader, out _))
            elements--;
        return elements == 0 && reader.End;
    }
}
