// Embeddings: rows are looked up as small numbers and made floats afterwards. The other way round the whole table would be made floats at
// every call, or once and kept.
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal static class Tables
{
    /// <summary>A smaller table costs more in nodes than it saves.</summary>
    private const long Fewest = 1024;

    /// <param name="block">Numbers of a row that share a scale; null: the whole row.</param>
    /// <returns>How many there were.</returns>
    public static int Rewrite(GraphEditor graph, int bits, int? block = null)
    {
        var found = graph.Nodes.Where(node => node.OpType == "Gather" && node.Domain is "" or "ai.onnx" && node.Number("axis", 0) == 0 && graph.Constant(node.Input[1]) is null)
            .Select(node => (Node: node, Table: Product.Weight(graph, node.Input[0])))
            .Where(pair => pair.Table is { Dims.Count: 2 } table && table.Count() >= Fewest).ToArray();
        foreach (var (node, table) in found)
            Rewrite(graph, node, table!, bits, block);
        return found.Length;
    }

    private static void Rewrite(GraphEditor graph, NodeProto node, TensorProto table, int bits, int? asked)
    {
        var (rows, width) = (table.Dims[0], (int)table.Dims[1]);
        // A row is whole bytes and whole blocks.
        bits = width * bits % 8 == 0 ? bits : 8;
        var block = asked is { } most ? Divisor(width, most) : width;
        var rounded = Rounding.Blocks(table.Floats(), width, block, bits, isCentred: true);
        var indices = node.Input[1];
        var bytes = graph.Node("Gather", [graph.Add(DataType.Uint8, Rounding.Pack(rounded.Numbers, bits), rows, width * bits / 8), indices]);
        if (bits == 8 && block == width)
        {
            graph.Replace(node, Unpacking.Centred(graph, bytes, bits, graph.Node("Gather", [graph.Add(rounded.Scales, rows, 1), indices])));
            return;
        }
        var shape = graph.Node("Shape", [indices]);
        string Reshaped(string value, params long[] last) => graph.Node("Reshape", [value, graph.Node("Concat", [shape, graph.Add(last)], GraphBuilder.Attribute("axis", 0))]);
        var numbers = Reshaped(bits == 8 ? bytes : Unpacking.Parts(graph, bytes, bits), width / block, block);
        var scales = graph.Node("Gather", [graph.Add(rounded.Scales, rows, width / block, 1), indices]);
        graph.Replace(node, Reshaped(Unpacking.Centred(graph, numbers, bits, scales), width));
    }

    /// <summary>The largest block that fills a row without a rest; the row itself where only tiny ones do.</summary>
    public static int Divisor(int length, int most)
    {
        var block = Math.Min(length, most);
        while (length % block != 0)
            block--;
        return block >= 8 ? block : length;
    }
}
