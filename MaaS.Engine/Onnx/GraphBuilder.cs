// Writes ONNX graphs: values have names, nodes are method calls, weights are constants. Knows the format, no network.
// Opset 21 with IR 10 is what every current runtime takes; ai.onnx.ml 4 brings LabelEncoder over tensors.
using System.Runtime.InteropServices;
using Google.Protobuf;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Onnx;

/// <summary>A value of the graph: an input, a constant, or what a node gives.</summary>
internal readonly record struct Value(string Name);

internal sealed partial class GraphBuilder(string name)
{
    private const long Opset = 21, IrVersion = 10, MlOpset = 4;
    private const string Ml = "ai.onnx.ml";

    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _taken = [];
    private int _made;

    /// <summary>Inputs come first: their names are the user's, and every name made later keeps clear of them.</summary>
    /// <param name="shape">-1 is the number of rows, -2 that of tokens in a row.</param>
    /// <exception cref="ArgumentException">The graph already has a value of this name.</exception>
    public Value Input(string name, DataType type, params ReadOnlySpan<long> shape)
    {
        Take(name);
        _graph.Input.Add(Info(name, type, shape));
        return new Value(name);
    }

    /// <exception cref="ArgumentException">The graph already has a value of this name.</exception>
    public void Output(string name, Value value, DataType type, params ReadOnlySpan<long> shape)
    {
        Take(name);
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value.Name }, Output = { name } });
        _graph.Output.Add(Info(name, type, shape));
    }

    public Value Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(name, DataType.Float, MemoryMarshal.AsBytes(values), shape);

    public Value Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Constant(name, DataType.Int64, MemoryMarshal.AsBytes(values), shape);

    public Value Constant(string name, IEnumerable<string> values)
    {
        var tensor = new TensorProto { Name = Fresh(name), DataType = (int)DataType.String };
        tensor.StringData.AddRange(values.Select(ByteString.CopyFromUtf8));
        tensor.Dims.Add(tensor.StringData.Count);
        _graph.Initializer.Add(tensor);
        return new Value(tensor.Name);
    }

    public Value Add(Value left, Value right) => Node("Add", [left, right]);
    public Value Sub(Value left, Value right) => Node("Sub", [left, right]);
    public Value Mul(Value left, Value right) => Node("Mul", [left, right]);
    public Value Div(Value left, Value right) => Node("Div", [left, right]);
    public Value Equal(Value left, Value right) => Node("Equal", [left, right]);
    public Value Where(Value condition, Value then, Value otherwise) => Node("Where", [condition, then, otherwise]);
    public Value IsNaN(Value x) => Node("IsNaN", [x]);
    public Value Relu(Value x) => Node("Relu", [x]);
    public Value Clip(Value x, Value low, Value high) => Node("Clip", [x, low, high]);
    public Value Sin(Value x) => Node("Sin", [x]);
    public Value Cos(Value x) => Node("Cos", [x]);
    public Value MatMul(Value left, Value right) => Node("MatMul", [left, right]);
    public Value Transpose(Value x, params long[] order) => Node("Transpose", [x], [Attribute("perm", order)]);
    public Value ReduceMean(Value x, long axis) => Node("ReduceMean", [x, Constant("axes", [axis], 1)], [Attribute("keepdims", 0)]);
    public Value Cast(Value x, DataType to) => Node("Cast", [x], [Attribute("to", (long)to)]);
    public Value Softmax(Value x, long axis) => Node("Softmax", [x], [Attribute("axis", axis)]);
    public Value ArgMax(Value x, long axis) => Node("ArgMax", [x], [Attribute("axis", axis), Attribute("keepdims", 0)]);
    public Value Concat(IEnumerable<Value> values, long axis) => Node("Concat", [.. values], [Attribute("axis", axis)]);
    public Value Gather(Value table, Value indices, long axis = 0) => Node("Gather", [table, indices], [Attribute("axis", axis)]);
    public Value Reshape(Value x, params ReadOnlySpan<long> shape) => Node("Reshape", [x, Constant("shape", shape, shape.Length)]);

    /// <summary>x (N, in) times weight (out, in) transposed, plus bias (out): how libtorch keeps a linear layer.</summary>
    public Value Linear(Value x, Value weight, Value bias) => Node("Gemm", [x, weight, bias], [Attribute("transB", 1)]);

    /// <summary>Over the last axis.</summary>
    public Value LayerNormalization(Value x, Value scale, Value bias, float epsilon) => Node("LayerNormalization", [x, scale, bias], [Attribute("epsilon", epsilon)]);

    /// <summary>Each text's number; texts not listed get <paramref name="otherwise"/>.</summary>
    public Value Lookup(Value texts, IReadOnlyList<string> keys, IReadOnlyList<long> values, long otherwise)
    {
        var known = new AttributeProto { Name = "keys_strings", Type = AttributeProto.Types.AttributeType.Strings };
        known.Strings.AddRange(keys.Select(ByteString.CopyFromUtf8));
        var numbers = new AttributeProto { Name = "values_int64s", Type = AttributeProto.Types.AttributeType.Ints };
        numbers.Ints.AddRange(values);
        return Node("LabelEncoder", [texts], [known, numbers, Attribute("default_int64", otherwise)], Ml);
    }

    public ModelProto Build(string producerVersion) => new()
    {
        IrVersion = IrVersion,
        ProducerName = "MaaS",
        ProducerVersion = producerVersion,
        Graph = _graph,
        OpsetImport =
        {
            new OperatorSetIdProto { Version = Opset },
            new OperatorSetIdProto { Domain = Ml, Version = MlOpset },
            _graph.Node.Any(node => node.Domain == Runtime) ? [new OperatorSetIdProto { Domain = Runtime, Version = 1 }] : [],
        },
    };

    private Value Constant(string name, DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = Fresh(name), DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape.ToArray());
        _graph.Initializer.Add(tensor);
        return new Value(tensor.Name);
    }

    internal Value Node(string op, Value[] inputs, AttributeProto[]? attributes = null, string domain = "")
    {
        var node = new NodeProto { OpType = op, Name = Fresh(op), Domain = domain };
        node.Input.AddRange(inputs.Select(input => input.Name));
        node.Attribute.AddRange(attributes ?? []);
        node.Output.Add(node.Name);
        _graph.Node.Add(node);
        return new Value(node.Output[0]);
    }

    private void Take(string name)
    {
        if (!_taken.Add(name))
            throw new ArgumentException($"The graph already has a value called \"{name}\".", nameof(name));
    }

    /// <summary>A name of our own. A column may be called anything, so one that is taken is passed over.</summary>
    private string Fresh(string name)
    {
        var fresh = $"{name}#{_made++}";
        return _taken.Add(fresh) ? fresh : Fresh(name);
    }

    internal static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    private static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    private static AttributeProto Attribute(string name, long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    private static ValueInfoProto Info(string name, DataType type, ReadOnlySpan<long> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
            dimensions.Dim.Add(size < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = size == -1 ? "rows" : "tokens" }
                : new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }
}
