// Fully connected layers over all pixels.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class MlpNet : Network
{
    private readonly ModuleList<Linear> hidden;
    private readonly Linear output;
    private readonly Dropout dropout;
    private readonly int _pixels;

    public MlpNet(ImageMlpNetwork spec, Encoder encoder, int classes) : base(nameof(MlpNet), encoder)
    {
        _pixels = encoder.Height * encoder.Width * encoder.Channels;
        int[] widths = [_pixels, .. spec.Hidden!];
        hidden = nn.ModuleList([.. widths.Zip(widths.Skip(1), (from, to) => nn.Linear(from, to))]);
        output = nn.Linear(widths[^1], classes);
        dropout = new Dropout(spec.Dropout, Random);
        RegisterComponents();
    }

    public override bool IsHidden(string name) => name.StartsWith("hidden.", StringComparison.Ordinal) && !name.StartsWith("hidden.0.", StringComparison.Ordinal);

    protected override Tensor Logits(Tensor x_BHWC) =>
        output.call(hidden.Aggregate(x_BHWC.flatten(1), (x_BF, layer) => dropout.call(layer.call(x_BF).relu_())));

    protected override Value Logits(GraphBuilder graph, Value x_NHWC) =>
        Linear(graph, hidden.Aggregate(graph.Reshape(x_NHWC, -1, _pixels), (x_NF, layer) => graph.Relu(Linear(graph, x_NF, layer))), output);
}
