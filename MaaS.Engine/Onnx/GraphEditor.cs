// Changes a graph that is already written: who makes a value, who reads it, nodes put between. Works on a copy; nodes may be added in any
// order, because the finished graph is put in order again and loses what nobody reads any more. Subgraphs are left as they are.
using System.Runtime.InteropServices;
using Google.Protobuf;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Onnx;

internal sealed class GraphEditor
{
    private const string Runtime = "com.microsoft";

    private readonly ModelProto _model;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly HashSet<string> _taken;
    private int _made;

    public GraphEditor(ModelProto model)
    {
        _model = model.Clone();
        // Exporters also write constants as nodes.
        foreach (var node in Graph.Node.Where(node => node is { OpType: "Constant", Domain: "" or "ai.onnx", Attribute: [{ Name: "value", T: not null }] }).ToArray())
        {
            var tensor = node.Attribute[0].T.Clone();
            tensor.Name = node.Output[0];
            Graph.Initializer.Add(tensor);
            Graph.Node.Remove(node);
        }
        _constants = Graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        // A constant that is also an input may be given by the caller, and is none.
        foreach (var input in Graph.Input)
            _constants.Remove(input.Name);
        _taken = [.. Graph.Initializer.Select(tensor => tensor.Name), .. Graph.Input.Select(input => input.Name), .. Graph.Node.SelectMany(Names)];
    }

    public GraphProto Graph => _model.Graph;

    public IReadOnlyList<NodeProto> Nodes => [.. Graph.Node];

    /// <summary>Of the standard's operators.</summary>
    public long Opset => _model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 1;

    /// <summary>What is constant under this name; null for anything else.</summary>
    public TensorProto? Constant(string name) => _constants.GetValueOrDefault(name);

    public NodeProto? Producer(string value) => Graph.Node.FirstOrDefault(node => node.Output.Contains(value));

    /// <summary>The nodes that read a value, each once; those of subgraphs count as the node they lie in.</summary>
    public IReadOnlyList<NodeProto> Readers(string value) => [.. Graph.Node.Where(node => Reads(node).Contains(value))];

    public bool IsOutput(string value) => Graph.Output.Any(output => output.Name == value);

    public string Add(DataType type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = Fresh(), DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape.ToArray());
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Add(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Add(DataType.Float, MemoryMarshal.AsBytes(values), shape);

    public string Add(ReadOnlySpan<long> values) => Add(DataType.Int64, MemoryMarshal.AsBytes(values), values.Length);

    /// <returns>The value it makes.</returns>
    public string Node(string op, string[] inputs, params AttributeProto[] attributes) => Node(op, inputs, 1, attributes)[0];

    public string[] Node(string op, string[] inputs, int outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange(attributes);
        for (var output = 0; output < outputs; output++)
            node.Output.Add(Fresh());
        Graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>Lets a value be made by another one's maker; whoever read it reads that.</summary>
    public void Replace(NodeProto node, string by)
    {
        Graph.Node.Remove(node);
        var value = node.Output[0];
        if (IsOutput(value))
            Graph.Node.Add(new NodeProto { OpType = "Identity", Input = { by }, Output = { value } });
        foreach (var reader in Graph.Node.Where(reader => reader.OpType != "Identity" || reader.Output[0] != value))
            Redirect(reader, value, by);
    }

    /// <summary>Lets a node's value stand for a constant, under the constant's name; the constant is gone.</summary>
    public void Replace(TensorProto constant, string by)
    {
        Graph.Initializer.Remove(constant);
        _constants.Remove(constant.Name);
        var maker = Producer(by)!;
        maker.Output[maker.Output.IndexOf(by)] = constant.Name;
    }

    public static void Redirect(NodeProto reader, string from, string to)
    {
        for (var input = 0; input < reader.Input.Count; input++)
            if (reader.Input[input] == from)
                reader.Input[input] = to;
    }

    /// <summary>The graph, in order and without what nobody reads.</summary>
    /// <param name="opset">At least this one of the standard's; nothing MaaS writes or that came in by then changed its meaning since 13.</param>
    public ModelProto Done(long opset = 0)
    {
        Sort();
        while (true)
        {
            var read = Graph.Node.SelectMany(Reads).Concat(Graph.Output.Select(output => output.Name)).ToHashSet(StringComparer.Ordinal);
            var idle = Graph.Node.Where(node => !node.Output.Any(read.Contains)).ToArray();
            foreach (var node in idle)
                Graph.Node.Remove(node);
            if (idle.Length > 0)
                continue;
            var inputs = Graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var tensor in Graph.Initializer.Where(tensor => !read.Contains(tensor.Name) && !inputs.Contains(tensor.Name)).ToArray())
                Graph.Initializer.Remove(tensor);
            break;
        }
        if (opset > Opset)
            foreach (var set in _model.OpsetImport.Where(set => set.Domain is "" or "ai.onnx"))
                set.Version = opset;
        // https://github.com/onnx/onnx/blob/main/docs/Versioning.md: which IR came with which operators.
        _model.IrVersion = Math.Max(_model.IrVersion, Opset switch { >= 25 => 13, >= 21 => 10, _ => 0 });
        if (Graph.Node.Any(node => node.Domain == Runtime) && _model.OpsetImport.All(set => set.Domain != Runtime))
            _model.OpsetImport.Add(new OperatorSetIdProto { Domain = Runtime, Version = 1 });
        return _model;
    }

    private static IEnumerable<string> Names(NodeProto node) => node.Input.Concat(node.Output).Concat(Inner(node).SelectMany(graph =>
        graph.Node.SelectMany(Names).Concat(graph.Initializer.Select(tensor => tensor.Name)).Concat(graph.Input.Select(input => input.Name))));

    /// <summary>A node's inputs, and all that its subgraphs may take from outside.</summary>
    private static IEnumerable<string> Reads(NodeProto node) => node.Input.Concat(Inner(node).SelectMany(graph =>
        graph.Node.SelectMany(Reads).Concat(graph.Output.Select(output => output.Name))));

    private static IEnumerable<GraphProto> Inner(NodeProto node) =>
        node.Attribute.SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Append(attribute.G));

    /// <summary>Each node after those whose values it reads, otherwise as they stood.</summary>
    private void Sort()
    {
        var makers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in Graph.Node)
            foreach (var output in node.Output.Where(output => output.Length > 0))
                makers[output] = node;
        var (sorted, seen, stack) = (new List<NodeProto>(), new HashSet<NodeProto>(ReferenceEqualityComparer.Instance), new Stack<(NodeProto Node, bool Ready)>());
        foreach (var last in Graph.Node)
        {
            stack.Push((last, false));
            while (stack.TryPop(out var next))
            {
                if (next.Ready)
                {
                    sorted.Add(next.Node);
                    continue;
                }
                if (!seen.Add(next.Node))
                    continue;
                stack.Push((next.Node, true));
                foreach (var value in Reads(next.Node))
                    if (makers.TryGetValue(value, out var maker) && !seen.Contains(maker))
                        stack.Push((maker, false));
            }
        }
        Graph.Node.Clear();
        Graph.Node.AddRange(sorted);
    }

    private string Fresh()
    {
        var fresh = $"q{_made++}";
        return _taken.Add(fresh) ? fresh : Fresh();
    }
}
