// Weights stored in 16 bits. Processors without 16-bit products compute in 32, so each is cast back, once, when the graph is loaded.
using System.Runtime.InteropServices;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Compression.Quantization;

internal static class HalfRewrite
{
    /// <summary>A smaller constant costs more in a node than it saves.</summary>
    private const long Fewest = 64;

    public static ModelProto Of(GraphEditor graph, IProgress<Report> progress)
    {
        var all = graph.Graph.Initializer.Where(tensor => graph.Constant(tensor.Name) is not null && tensor.IsFloat() && tensor.Count() >= Fewest).ToArray();
        var taken = all.Where(tensor => tensor.Floats().All(value => Math.Abs(value) <= (float)Half.MaxValue)).ToArray();
        if (taken.Length == 0)
            throw new UserError($"The graph has no float32 constant of {Fewest} numbers or more within 16 bits' range (up to 65,504), so there is nothing to store smaller.");
        foreach (var tensor in taken)
        {
            var halves = Array.ConvertAll(tensor.Floats(), value => (Half)value);
            var stored = graph.Add(DataType.Float16, MemoryMarshal.AsBytes(halves.AsSpan()), [.. tensor.Dims]);
            graph.Replace(tensor, graph.Node("Cast", [stored], GraphBuilder.Attribute("to", (long)DataType.Float)));
        }
        progress.Report(new Said($"{taken.Length} constants in 16 bits{(taken.Length == all.Length ? "" : $"; {all.Length - taken.Length} with numbers beyond 65,504 stay as they are")}"));
        return graph.Done();
    }
}
