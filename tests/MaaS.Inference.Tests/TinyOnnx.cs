// Writes the few ONNX messages these tests need, byte by byte, so that they need no engine.
// Field numbers: onnx.proto3 of the ONNX project; wire format: protobuf.dev/programming-guides/encoding.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MaaS.Inference.Tests;

internal sealed class TinyOnnx
{
    public const int Float = 1, Int64 = 7, String = 8, Bool = 9;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _constants = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];

    public TinyOnnx Input(string name, int type) => Add(_inputs, Value(name, type, Dimension("N"), Dimension(1)));

    /// <param name="rest">Behind the rows; -1 is of any size.</param>
    public TinyOnnx Tensor(string name, int type, params long[] rest) => Add(_inputs, Value(name, type, [Dimension("N"), .. rest.Select(Size)]));

    public TinyOnnx Output(string name, int type, params long[] rest) =>
        Add(_outputs, Value(name, type, [Dimension("N"), .. rest.Select(Size)]));

    /// <summary>Single values in and out, as the body of a loop has them.</summary>
    public TinyOnnx Scalars(int type, string[] inputs, string[] outputs)
    {
        _inputs.AddRange(inputs.Select(name => Value(name, type)));
        _outputs.AddRange(outputs.Select(name => Value(name, type)));
        return this;
    }

    public TinyOnnx Constant(string name, float value)
    {
        var raw = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(raw, value);
        return Add(_constants, Message(Number(2, Float), Text(8, name), Bytes(9, raw)));
    }

    public TinyOnnx Constant(string name, float[] values, params long[] shape) => Add(_constants, Message(
        [.. shape.Select(size => Number(1, size)), Number(2, Float), Text(8, name), Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()).ToArray())]));

    public TinyOnnx Constant(string name, long value)
    {
        var raw = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(raw, value);
        return Add(_constants, Message(Number(2, Int64), Text(8, name), Bytes(9, raw)));
    }

    /// <summary>Attributes: long, float, string[], float[], long[] or a graph.</summary>
    public TinyOnnx Node(string operation, string[] inputs, string output, params (string Name, object Value)[] attributes) => Add(_nodes, Message(
    [
        .. inputs.Select(input => Text(1, input)), Text(2, output), Text(4, operation),
        .. attributes.Select(attribute => Bytes(5, Attribute(attribute.Name, attribute.Value))),
        .. operation == "LabelEncoder" ? [Text(7, "ai.onnx.ml")] : Array.Empty<byte[]>(),
    ]));

    /// <summary>Nodes that take the longer the larger the largest number is, and give 0.</summary>
    public TinyOnnx Counts(string numbers, string nothing)
    {
        const int times = 30;
        Constant("count_from", 0L).Constant("count_by", 1L).Constant("count_weight", 0f)
            .Node("ReduceMax", [numbers], "count_most", ("keepdims", 0L)).Node("Cast", ["count_most"], "count_to", ("to", (long)Int64));
        for (var i = 0; i < times; i++)
            Node("Range", ["count_from", "count_to", "count_by"], $"counted_{i}").Node("Cast", [$"counted_{i}"], $"count_{i}", ("to", (long)Float))
                .Node("ReduceSum", [$"count_{i}"], $"count_sum_{i}", ("keepdims", 0L));
        return Node("Sum", [.. Enumerable.Range(0, times).Select(i => $"count_sum_{i}")], "count_sum").Node("Mul", ["count_sum", "count_weight"], nothing);
    }

    public byte[] Build() => Message(
        Number(1, 10),
        Bytes(7, Graph()),
        Bytes(8, Message(Text(1, ""), Number(2, 21))),
        Bytes(8, Message(Text(1, "ai.onnx.ml"), Number(2, 2))));

    private byte[] Graph() => Message(
    [
        .. _nodes.Select(node => Bytes(1, node)), Text(2, "tiny"), .. _constants.Select(constant => Bytes(5, constant)),
        .. _inputs.Select(input => Bytes(11, input)), .. _outputs.Select(output => Bytes(12, output)),
    ]);

    private TinyOnnx Add(List<byte[]> list, byte[] message)
    {
        list.Add(message);
        return this;
    }

    private static byte[] Attribute(string name, object value) => value switch
    {
        long number => Message(Text(1, name), Number(3, number), Number(20, 2)),
        float number => Message(Text(1, name), Fixed(2, number), Number(20, 1)),
        string[] texts => Message([Text(1, name), .. texts.Select(text => Text(9, text)), Number(20, 8)]),
        float[] numbers => Message([Text(1, name), .. numbers.Select(number => Fixed(7, number)), Number(20, 6)]),
        long[] numbers => Message([Text(1, name), .. numbers.Select(number => Number(8, number)), Number(20, 7)]),
        TinyOnnx body => Message(Text(1, name), Bytes(6, body.Graph()), Number(20, 5)),
        _ => throw new ArgumentException($"No attribute of {value.GetType()}.", nameof(value)),
    };

    private static byte[] Value(string name, int type, params byte[][] dimensions) => Message(
        Text(1, name), Bytes(2, Message(Bytes(1, Message(Number(1, type), Bytes(2, Message([.. dimensions.Select(size => Bytes(1, size))])))))));

    private static byte[] Size(long size) => size < 0 ? Dimension("T") : Dimension(size);

    private static byte[] Dimension(string name) => Text(2, name);

    private static byte[] Dimension(long size) => Number(1, size);

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    private static byte[] Number(int field, long value) => [.. Varint((uint)field << 3), .. Varint((ulong)value)];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Varint((uint)field << 3 | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] Fixed(int field, float value)
    {
        var raw = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(raw, value);
        return [.. Varint((uint)field << 3 | 5), .. raw];
    }

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
