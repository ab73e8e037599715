// InferTensorContents of open_inference.proto as the bytes of the wire: each type has a field of its own.
using System.Buffers;
using System.Buffers.Binary;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class TensorContents
{
    /// <returns>How many elements there were.</returns>
    /// <exception cref="ServingError">They are not in the field of the input's type, or too large for it.</exception>
    public static long Read(ReadOnlyMemory<byte> message, TensorInfo info, ArrayBufferWriter<byte> into)
    {
        var (field, count) = (Field(info.Datatype), 0L);
        for (var reader = new ProtoReader(message); reader.Next();)
        {
            if (reader.Field != field)
                throw Wrong($"the contents of input '{info.Name}' are in field {reader.Field}; {info.Datatype.Name()} goes into field {field}, or as bytes into 'raw_input_contents'.");
            if (info.Datatype == Datatype.Bytes)
                count += Text(reader.ReadBytes().Span, into);
            else if (!reader.IsBytes)
                count += Number(reader.ReadNumber(), info, into);
            else if (info.Datatype is Datatype.FP32 or Datatype.FP64)
                count += Packed(reader.ReadBytes().Span, info, into);
            else
                for (var packed = new ProtoReader(reader.ReadBytes()); packed.NextPacked(out var number);)
                    count += Number(number, info, into);
        }
        return count;
    }

    private static int Field(Datatype type) => type switch
    {
        Datatype.Bool => 1,
        Datatype.Int8 or Datatype.Int16 or Datatype.Int32 => 2,
        Datatype.Int64 => 3,
        Datatype.UInt8 or Datatype.UInt16 or Datatype.UInt32 => 4,
        Datatype.UInt64 => 5,
        Datatype.FP32 => 6,
        Datatype.FP64 => 7,
        Datatype.Bytes => 8,
        _ => throw Wrong($"{type.Name()} has no contents of its own; send it as bytes in 'raw_input_contents'."),
    };

    private static int Text(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> into)
    {
        BinaryPrimitives.WriteInt32LittleEndian(into.GetSpan(sizeof(int)), text.Length);
        into.Advance(sizeof(int));
        into.Write(text);
        return 1;
    }

    private static int Packed(ReadOnlySpan<byte> numbers, TensorInfo info, ArrayBufferWriter<byte> into)
    {
        if (numbers.Length % info.Datatype.Size() != 0)
            throw Wrong($"the contents of input '{info.Name}' end amid a number.");
        into.Write(numbers);
        return numbers.Length / info.Datatype.Size();
    }

    /// <param name="bits">As they were on the wire; whole numbers that are negative are 64 bits long there.</param>
    private static int Number(ulong bits, TensorInfo info, ArrayBufferWriter<byte> into)
    {
        var fits = info.Datatype switch
        {
            Datatype.Bool => bits <= 1,
            Datatype.UInt8 => bits <= byte.MaxValue,
            Datatype.UInt16 => bits <= ushort.MaxValue,
            Datatype.Int8 => (long)bits is >= sbyte.MinValue and <= sbyte.MaxValue,
            Datatype.Int16 => (long)bits is >= short.MinValue and <= short.MaxValue,
            _ => true,
        };
        if (!fits)
            throw Wrong($"the contents of input '{info.Name}' hold {(long)bits}, which {info.Datatype.Name()} cannot.");
        BinaryPrimitives.WriteUInt64LittleEndian(into.GetSpan(sizeof(ulong)), bits);
        into.Advance(info.Datatype.Size());
        return 1;
    }

    private static ServingError Wrong(string sentence) => new(ServingStatus.Invalid, sentence);
}
