// The nodes that take texts apart and count along sequences. Characters are split by ONNX Runtime's own Tokenizer: the standard's
// StringSplit cannot split between characters, and its StringNormalizer depends on the machine's language.
using Google.Protobuf;
using static MaaS.Engine.Onnx.AttributeProto.Types;

namespace MaaS.Engine.Onnx;

internal sealed partial class GraphBuilder
{
    private const string Runtime = "com.microsoft";

    public Value Sqrt(Value x) => Node("Sqrt", [x]);
    public Value GreaterOrEqual(Value left, Value right) => Node("GreaterOrEqual", [left, right]);
    public Value StringConcat(Value left, Value right) => Node("StringConcat", [left, right]);
    public Value CumSum(Value x, long axis) => Node("CumSum", [x, Constant("axis", [axis])]);
    public Value ReduceSum(Value x, long axis, bool keep = false) => Node("ReduceSum", [x, Constant("axis", [axis], 1)], [Attribute("keepdims", keep ? 1 : 0)]);

    /// <summary>From one place to another along an axis; a negative end counts from the back.</summary>
    public Value Slice(Value x, long from, long to, long axis = 1) =>
        Node("Slice", [x, Constant("from", [from], 1), Constant("to", [to], 1), Constant("axis", [axis], 1)]);

    /// <summary>The largest of all, as a tensor of one number.</summary>
    public Value ReduceMax(Value x) => Reshape(Node("ReduceMax", [x], [Attribute("keepdims", 0)]), 1);

    /// <summary>A matrix of whole numbers with columns of one value added.</summary>
    public Value Pad(Value x, long left = 0, long right = 0, long value = 0) =>
        Node("Pad", [x, Constant("pads", [0L, left, 0, right], 4), Constant("value", [value])]);

    /// <summary>x with each update added at its index along the axis; indices may repeat.</summary>
    public Value ScatterAdd(Value x, Value indices, Value updates, long axis) =>
        Node("ScatterElements", [x, indices, updates], [Attribute("axis", axis), Text("reduction", "add")]);

    /// <summary>The characters (code points) of each text (N), as texts (N, L); shorter ones are filled up at the end.</summary>
    public Value Characters(Value texts, string fill) => Node("Tokenizer", [texts],
    [
        Attribute("mark", 0), Attribute("mincharnum", 1), Text("pad_value", fill),
        new AttributeProto { Name = "separators", Type = AttributeType.Strings, Strings = { ByteString.Empty } },
    ], Runtime);

    /// <summary>Each number's number; those not listed get <paramref name="otherwise"/>.</summary>
    public Value Lookup(Value numbers, IReadOnlyList<long> keys, IReadOnlyList<long> values, long otherwise) => Node("LabelEncoder", [numbers],
    [
        new AttributeProto { Name = "keys_int64s", Type = AttributeType.Ints, Ints = { keys } },
        new AttributeProto { Name = "values_int64s", Type = AttributeType.Ints, Ints = { values } },
        Attribute("default_int64", otherwise),
    ], Ml);

    private static AttributeProto Text(string name, string text) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(text), Type = AttributeType.String };
}
