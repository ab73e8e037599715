// The numbers in a TensorProto, whichever of its fields they are in.
using System.Runtime.InteropServices;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Onnx;

internal static class Tensors
{
    public static bool IsFloat(this TensorProto tensor) => tensor.DataType == (int)DataType.Float && tensor.DataLocation == DataLocation.Default;

    /// <summary>Of a float32 tensor, in the order they are stored.</summary>
    public static float[] Floats(this TensorProto tensor) =>
        tensor.RawData.IsEmpty ? [.. tensor.FloatData] : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();

    public static long Count(this TensorProto tensor) => tensor.Dims.Aggregate(1L, (product, size) => product * size);

    /// <summary>An integer attribute of a node.</summary>
    public static long Number(this NodeProto node, string name, long otherwise) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? otherwise;

    public static AttributeProto Attribute(string name, params long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    public static AttributeProto Text(string name, string text) =>
        new() { Name = name, S = Google.Protobuf.ByteString.CopyFromUtf8(text), Type = AttributeProto.Types.AttributeType.String };
}
