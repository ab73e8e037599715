// What lies between the embeddings and the last layer: a plain stack, or blocks around which the signal also flows unchanged.
// Rows keep their leading dimensions; the graph sees them as (N, D).
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal abstract class Hidden(int width) : nn.Module<Tensor, Tensor>(nameof(Hidden))
{
    /// <summary>H, of what comes out.</summary>
    public int Width => width;

    public abstract Value Write(GraphBuilder graph, Value x_ND);

    protected static Value Write(GraphBuilder graph, Linear layer, Value x) => graph.Linear(x, graph.Weight(layer.weight!), graph.Weight(layer.bias!));
}

internal sealed class MlpHidden : Hidden
{
    private readonly ModuleList<Linear> layers;
    private readonly Dropout dropout;

    public MlpHidden(int input, MlpNetwork spec) : base(spec.Hidden![^1])
    {
        layers = nn.ModuleList([.. spec.Hidden.Prepend(input).Zip(spec.Hidden, (from, to) => nn.Linear(from, to))]);
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x_D) => layers.Aggregate(x_D, (x, layer) => dropout.call(layer.call(x).relu_()));

    public override Value Write(GraphBuilder graph, Value x_ND) => layers.Aggregate(x_ND, (x, layer) => graph.Relu(Write(graph, layer, x)));
}

internal sealed class ResidualHidden : Hidden
{
    private readonly Linear first;
    private readonly ModuleList<LayerNorm> norms;
    private readonly ModuleList<Linear> wide;
    private readonly ModuleList<Linear> narrow;
    private readonly LayerNorm last;
    private readonly Dropout dropout;

    public ResidualHidden(int input, ResidualNetwork spec) : base(spec.Width)
    {
        first = nn.Linear(input, spec.Width);
        var blocks = Enumerable.Range(0, spec.Blocks).ToArray();
        norms = nn.ModuleList([.. blocks.Select(_ => nn.LayerNorm(spec.Width))]);
        wide = nn.ModuleList([.. blocks.Select(block => nn.Linear(spec.Width, InnerOf(spec, block)))]);
        narrow = nn.ModuleList([.. blocks.Select(block => nn.Linear(InnerOf(spec, block), spec.Width))]);
        last = nn.LayerNorm(spec.Width);
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    public static int InnerOf(ResidualNetwork spec, int block) => spec.Inner?[block] ?? 2 * spec.Width;

    public override Tensor forward(Tensor x_D)
    {
        var x = first.call(x_D);
        for (var block = 0; block < norms.Count; block++)
            x = x + narrow[block].call(dropout.call(wide[block].call(norms[block].call(x)).relu_()));
        return last.call(x).relu_();
    }

    public override Value Write(GraphBuilder graph, Value x_ND)
    {
        var x = Write(graph, first, x_ND);
        for (var block = 0; block < norms.Count; block++)
            x = graph.Add(x, Write(graph, narrow[block], graph.Relu(Write(graph, wide[block], Write(graph, norms[block], x)))));
        return graph.Relu(Write(graph, last, x));
    }

    private static Value Write(GraphBuilder graph, LayerNorm norm, Value x) =>
        graph.LayerNormalization(x, graph.Weight(norm.weight!), graph.Weight(norm.bias!), 1e-5f);
}
