// Residual blocks in three stages: He et al. 2016, arXiv:1512.03385, the networks for small images. Where a block changes the shape its
// shortcut is a convolution of one pixel.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class ResNet : Network
{
    public const int Stages = 3;

    private readonly Convolution stem;
    private readonly ModuleList<ResidualBlock> blocks;
    private readonly Linear output;

    public ResNet(ResNetwork spec, Encoder encoder, int classes) : base(nameof(ResNet), encoder)
    {
        stem = new Convolution(encoder.Channels, spec.Width);
        var made = new List<ResidualBlock>();
        var width = spec.Width;
        for (var stage = 0; stage < Stages; stage++)
            for (var block = 0; block < spec.Blocks; block++)
            {
                var halves = stage > 0 && block == 0;
                var to = halves ? width * 2 : width;
                made.Add(new ResidualBlock(width, spec.Inner?[made.Count] ?? to, to, halves ? 2 : 1));
                width = to;
            }
        blocks = nn.ModuleList([.. made]);
        output = nn.Linear(width, classes);
        RegisterComponents();
    }

    public override bool IsHidden(string name) => name.StartsWith("blocks.", StringComparison.Ordinal);

    public override Linear Output => output;

    protected override Tensor Features(Tensor x_BHWC) =>
        blocks.Aggregate(stem.call(ChannelsFirst(x_BHWC)).relu_(), (x, block) => block.call(x)).mean([2, 3]);

    protected override Value Logits(GraphBuilder graph, Value x_NHWC) => Linear(
        graph,
        graph.Reshape(graph.GlobalAveragePool(blocks.Aggregate(graph.Relu(stem.Export(graph, ChannelsFirst(graph, x_NHWC))), (x, block) => block.Export(graph, x))), -1, output.in_features),
        output);
}

internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private readonly Convolution first;
    private readonly Convolution second;
    private readonly Convolution? shortcut;

    public ResidualBlock(int from, int inner, int to, int stride) : base(nameof(ResidualBlock))
    {
        first = new Convolution(from, inner, stride: stride);
        second = new Convolution(inner, to).Silent();
        shortcut = from == to ? null : new Convolution(from, to, size: 1, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x_BCHW) =>
        second.call(first.call(x_BCHW).relu_()).add_(shortcut?.call(x_BCHW) ?? x_BCHW).relu_();

    public Value Export(GraphBuilder graph, Value x_NCHW) =>
        graph.Relu(graph.Add(second.Export(graph, graph.Relu(first.Export(graph, x_NCHW))), shortcut?.Export(graph, x_NCHW) ?? x_NCHW));
}
