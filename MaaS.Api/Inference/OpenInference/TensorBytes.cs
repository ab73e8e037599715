// Whether bytes from outside are what they are said to be.
using System.Buffers;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class TensorBytes
{
    /// <param name="elements">-1 for more than any memory holds.</param>
    /// <exception cref="ServingError">They are not so many elements of the input's type.</exception>
    public static void Check(in ReadOnlySequence<byte> data, TensorInfo info, long elements)
    {
        if (!Fit(data, info.Datatype, elements))
            throw new ServingError(ServingStatus.Invalid, info.Datatype == Datatype.Bytes
                ? $"input '{info.Name}' has {data.Length} bytes that are not {elements} texts, each with its length before it in four bytes."
                : $"input '{info.Name}' has {data.Length} bytes of data, but its shape takes {elements * info.Datatype.Size()}.");
    }

    private static bool Fit(in ReadOnlySequence<byte> data, Datatype type, long elements)
    {
        if (type != Datatype.Bytes)
            return data.Length == elements * type.Size();
        var reader = new SequenceReader<byte>(data);
        while (elements > 0 && CallInput.TryText(ref reader, out _))
            elements--;
        return elements == 0 && reader.End;
    }
}
