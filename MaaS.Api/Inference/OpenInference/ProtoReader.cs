// Walks over the fields of a protobuf message where it lies; generated classes would copy every tensor and leave garbage.
// Wire format: https://protobuf.dev/programming-guides/encoding
using System.Text;
using System.Text.Unicode;

namespace MaaS.Api.Inference.OpenInference;

internal struct ProtoReader(ReadOnlyMemory<byte> message)
{
    private const int Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5;

    private int _at;
    private int _wire;

    /// <summary>The field the reader stands on.</summary>
    public int Field { get; private set; }

    public readonly bool IsBytes => _wire == Length;

    /// <summary>Steps to the next field, whose value must then be read or skipped; false at the end.</summary>
    /// <exception cref="ServingError">It is no protobuf.</exception>
    public bool Next()
    {
        if (_at == message.Length)
            return false;
        var tag = ReadVarint();
        (Field, _wire) = ((int)(tag >> 3), (int)(tag & 7));
        return Field > 0 ? true : throw Broken();
    }

    public ulong ReadNumber() => _wire switch
    {
        Varint => ReadVarint(),
        Fixed64 => BitConverter.ToUInt64(Take(8).Span),
        Fixed32 => BitConverter.ToUInt32(Take(4).Span),
        _ => throw Broken(),
    };

    public ReadOnlyMemory<byte> ReadBytes() => _wire == Length && ReadVarint() is var length && length <= (ulong)(message.Length - _at) ? Take((int)length) : throw Broken();

    /// <exception cref="ServingError">It is not UTF-8.</exception>
    public string ReadText() => ReadBytes() is var bytes && Utf8.IsValid(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span)
        : throw new ServingError(ServingStatus.Invalid, $"the text in field {Field} is not UTF-8.");

    public void Skip()
    {
        if (_wire == Length)
            ReadBytes();
        else
            ReadNumber();
    }

    /// <summary>The next of numbers that are packed one behind the other.</summary>
    public bool NextPacked(out ulong number)
    {
        var more = _at < message.Length;
        number = more ? ReadVarint() : 0;
        return more;
    }

    private ReadOnlyMemory<byte> Take(int bytes)
    {
        if (bytes > message.Length - _at)
            throw Broken();
        _at += bytes;
        return message.Slice(_at - bytes, bytes);
    }

    private ulong ReadVarint()
    {
        var number = 0UL;
        var span = message.Span;
        for (var shift = 0; shift < 64 && _at < span.Length; shift += 7)
        {
            var part = span[_at++];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return number;
        }
        throw Broken();
    }

    private static ServingError Broken() => new(ServingStatus.Invalid, "the message is not valid protobuf.");
}
