// Where in a model.onnx the weights lie: the places of its initializers' raw bytes, found by walking the Protobuf wire format
// (https://protobuf.dev/programming-guides/encoding), so that every other byte of the file can be kept as it is.
namespace MaaS.Engine.Compression.Coding;

/// <param name="Offset">In the file.</param>
/// <param name="Size">Bytes of one element: 1 or 4.</param>
/// <param name="Columns">Of the last dimension.</param>
internal readonly record struct RawTensor(int Offset, int Length, int Size, int Columns);

internal static class RawTensors
{
    private const int Graph = 7, Initializer = 5, Dims = 1, DataType = 2, RawData = 9;

    /// <returns>In the order of the file; none where it is not what it should be.</returns>
    public static List<RawTensor> Of(ReadOnlySpan<byte> file)
    {
        var found = new List<RawTensor>();
        try
        {
            foreach (var (field, graph) in Fields(file, 0, file.Length))
                if (field == Graph)
                    foreach (var (inner, tensor) in Fields(file, graph.Offset, graph.Length))
                        if (inner == Initializer && Tensor(file, tensor.Offset, tensor.Length) is { } raw)
                            found.Add(raw);
            return found;
        }
        catch (Exception broken) when (broken is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            return [];
        }
    }

    private static RawTensor? Tensor(ReadOnlySpan<byte> file, int offset, int length)
    {
        var (columns, size, data) = (1L, 0, (Offset: 0, Length: 0));
        foreach (var (field, part) in Fields(file, offset, length))
            if (field == DataType)
                size = part.Value switch { 1 => 4, 2 or 3 => 1, _ => 0 };
            else if (field == RawData)
                data = (part.Offset, part.Length);
            else if (field == Dims && part.Length == 0)
                columns = part.Value;
            else if (field == Dims)
                for (var at = part.Offset; at < part.Offset + part.Length;)
                    columns = (long)Varint(file, ref at);
        var count = size == 0 ? 0 : data.Length / size;
        return count > 0 && data.Length % size == 0 ? new RawTensor(data.Offset, data.Length, size, (int)Math.Clamp(columns, 1, count)) : null;
    }

    /// <summary>A message's fields: the value of a number, the place of anything else.</summary>
    private static List<(int Field, (int Offset, int Length, long Value) Part)> Fields(ReadOnlySpan<byte> file, int offset, int length)
    {
        var fields = new List<(int, (int, int, long))>();
        var end = checked(offset + length);
        for (var at = offset; at < end;)
        {
            var tag = Varint(file, ref at);
            var field = checked((int)(tag >> 3));
            switch (tag & 7)
            {
                case 0: fields.Add((field, (at, 0, (long)Varint(file, ref at)))); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                case 2:
                    var inside = checked((int)Varint(file, ref at));
                    fields.Add((field, (at, inside, 0)));
                    at = checked(at + inside);
                    break;
                default: throw new ArgumentOutOfRangeException(nameof(file), tag, "No such wire type.");
            }
        }
        return fields;
    }

    internal static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new OverflowException("A number of more than 64 bits.");
    }
}
