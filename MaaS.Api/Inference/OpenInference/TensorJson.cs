// Tensors between JSON arrays, flat or nested, and the bytes of the wire. NaN and the infinities, which JSON lacks, are texts.
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class TensorJson
{
    /// <summary>Reads the array the reader stands on, row by row, whatever its nesting.</summary>
    /// <returns>How many elements it had.</returns>
    /// <exception cref="ServingError">An element is not of the type.</exception>
    public static long Read(ref Utf8JsonReader reader, Datatype type, ArrayBufferWriter<byte> into, string input)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Wrong($"the data of input '{input}' is {Shown(ref reader)}; it must be an array.");
        var depth = reader.CurrentDepth;
        long count = 0;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth))
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            if (!TryRead(ref reader, type, into))
                throw Wrong($"element {count} in the data of input '{input}' is {Shown(ref reader)}; it must be {Allowed(type)}.");
            count++;
        }
        return count;
    }

    /// <summary>Writes elements as a flat array.</summary>
    public static void Write(Utf8JsonWriter json, Datatype type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case Datatype.FP32: foreach (var value in MemoryMarshal.Cast<byte, float>(bytes)) Number(json, value); break;
            case Datatype.FP64: foreach (var value in MemoryMarshal.Cast<byte, double>(bytes)) Number(json, value); break;
            case Datatype.FP16: foreach (var value in MemoryMarshal.Cast<byte, Half>(bytes)) Number(json, (float)value); break;
            case Datatype.BF16: foreach (var value in MemoryMarshal.Cast<byte, ushort>(bytes)) Number(json, FromBrain(value)); break;
            case Datatype.Bool: foreach (var value in bytes) json.WriteBooleanValue(value != 0); break;
            case Datatype.UInt8: foreach (var value in bytes) json.WriteNumberValue((uint)value); break;
            case Datatype.UInt16: foreach (var value in MemoryMarshal.Cast<byte, ushort>(bytes)) json.WriteNumberValue((uint)value); break;
            case Datatype.UInt32: foreach (var value in MemoryMarshal.Cast<byte, uint>(bytes)) json.WriteNumberValue(value); break;
            case Datatype.UInt64: foreach (var value in MemoryMarshal.Cast<byte, ulong>(bytes)) json.WriteNumberValue(value); break;
            case Datatype.Int8: foreach (var value in MemoryMarshal.Cast<byte, sbyte>(bytes)) json.WriteNumberValue((int)value); break;
            case Datatype.Int16: foreach (var value in MemoryMarshal.Cast<byte, short>(bytes)) json.WriteNumberValue((int)value); break;
            case Datatype.Int32: foreach (var value in MemoryMarshal.Cast<byte, int>(bytes)) json.WriteNumberValue(value); break;
            case Datatype.Int64: foreach (var value in MemoryMarshal.Cast<byte, long>(bytes)) json.WriteNumberValue(value); break;
        }
    }

    /// <summary>A model may answer bytes that are no UTF-8; JSON then gets what can be shown of them.</summary>
    public static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            json.WriteStringValue(text);
        else
            json.WriteStringValue(Encoding.UTF8.GetString(text));
    }

    private static void Number(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(Name(value));
    }

    private static void Number(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(Name(value));
    }

    private static ReadOnlySpan<byte> Name(double value) => double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;

    private static bool TryRead(ref Utf8JsonReader reader, Datatype type, ArrayBufferWriter<byte> into)
    {
        if (type == Datatype.Bytes)
            return TryText(ref reader, into);
        var to = into.GetSpan(sizeof(long));
        var read = type switch
        {
            Datatype.FP32 => TryFloat(ref reader, out var value) && BinaryPrimitives.TryWriteSingleLittleEndian(to, value),
            Datatype.FP64 => TryDouble(ref reader, out var value) && BinaryPrimitives.TryWriteDoubleLittleEndian(to, value),
            Datatype.FP16 => TryFloat(ref reader, out var value) && Half.IsFinite((Half)value) == float.IsFinite(value) && BinaryPrimitives.TryWriteHalfLittleEndian(to, (Half)value),
            Datatype.BF16 => TryFloat(ref reader, out var value) && BinaryPrimitives.TryWriteUInt16LittleEndian(to, ToBrain(value)),
            Datatype.Bool => TryBool(ref reader, out to[0]),
            Datatype.UInt64 => IsNumber(ref reader) && reader.TryGetUInt64(out var value) && BinaryPrimitives.TryWriteUInt64LittleEndian(to, value),
            _ => IsNumber(ref reader) && reader.TryGetInt64(out var value) && TryWhole(type, value, to),
        };
        into.Advance(read ? type.Size() : 0);
        return read;
    }

    private static bool IsNumber(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number;

    private static bool TryWhole(Datatype type, long value, Span<byte> to)
    {
        var bits = 8 * type.Size();
        var (least, most) = type is Datatype.UInt8 or Datatype.UInt16 or Datatype.UInt32 ? (0, (1L << bits) - 1) : (-1L << (bits - 1), ~(-1L << (bits - 1)));
        BinaryPrimitives.WriteInt64LittleEndian(to, value);
        return value >= least && value <= most;
    }

    private static bool TryFloat(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        if (IsNumber(ref reader))
            return reader.TryGetSingle(out value) && float.IsFinite(value);
        var named = TryName(ref reader, out var special);
        value = (float)special;
        return named;
    }

    private static bool TryDouble(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return IsNumber(ref reader) ? reader.TryGetDouble(out value) && double.IsFinite(value) : TryName(ref reader, out value);
    }

    private static bool TryName(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        if (reader.TokenType != JsonTokenType.String)
            return false;
        value = reader.ValueTextEquals("NaN"u8) ? double.NaN : reader.ValueTextEquals("Infinity"u8) ? double.PositiveInfinity
            : reader.ValueTextEquals("-Infinity"u8) ? double.NegativeInfinity : 0;
        return value != 0;
    }

    private static bool TryBool(ref Utf8JsonReader reader, out byte value)
    {
        value = (byte)(reader.TokenType == JsonTokenType.True ? 1 : 0);
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return true;
        return IsNumber(ref reader) && reader.TryGetByte(out value) && value <= 1;
    }

    private static bool TryText(ref Utf8JsonReader reader, ArrayBufferWriter<byte> into)
    {
        if (reader.TokenType != JsonTokenType.String)
            return false;
        var longest = checked((int)(reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length));
        var to = into.GetSpan(sizeof(int) + longest);
        var length = reader.CopyString(to[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(to, length);
        into.Advance(sizeof(int) + length);
        return true;
    }

    private static float FromBrain(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Rounds to the nearest, and a half to the even one; NaN stays NaN.</summary>
    private static ushort ToBrain(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static string Allowed(Datatype type) => type switch
    {
        Datatype.Bytes => "a text",
        Datatype.Bool => "true, false, 1 or 0",
        Datatype.FP16 or Datatype.BF16 or Datatype.FP32 or Datatype.FP64 => $"a number that {type.Name()} can hold, \"NaN\", \"Infinity\" or \"-Infinity\"",
        _ => $"a whole number that {type.Name()} can hold",
    };

    private static string Shown(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject)
            return "an object";
        var text = Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.Slice(0, Math.Min(reader.ValueSequence.Length, 60)).ToArray() : reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 60)]);
        return reader.TokenType == JsonTokenType.String ? $"\"{text}\"" : text;
    }

    private static ServingError Wrong(string sentence) => new(ServingStatus.Invalid, $"Unable to parse 'data': {sentence}");
}
