// Fully connected layers over all pixels; each may be normalized over the batch, which the exported graph folds into its weights.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class MlpNet : Network
{
    private readonly ModuleList<Linear> hidden;
    private readonly ModuleList<BatchNorm1d> norms;
    private readonly Linear output;
    private readonly Dropout dropout;
    private readonly int _pixels;

    public MlpNet(ImageMlpNetwork spec, Encoder encoder, int classes) : base(nameof(MlpNet), encoder)
    {
        _pixels = encoder.Height * encoder.Width * encoder.Channels;
        int[] widths = [_pixels, .. spec.Hidden!];
        hidden = nn.ModuleList([.. widths.Zip(widths.Skip(1), (from, to) => nn.Linear(from, to))]);
        norms = nn.ModuleList([.. spec.Normalized ? spec.Hidden!.Select(width => nn.BatchNorm1d(width)) : []]);
        output = nn.Linear(widths[^1], classes);
        dropout = new Dropout(spec.Dropout, Random);
        RegisterComponents();
    }

    public override bool IsHidden(string name) => name.StartsWith("hidden.", StringComparison.Ordinal) && !name.StartsWith("hidden.0.", StringComparison.Ordinal);

    public override Linear Output => output;

    protected override Tensor Features(Tensor x_BHWC) =>
        hidden.Index().Aggregate(x_BHWC.flatten(1), (x_BF, layer) => dropout.call(Normalized(layer.Index, layer.Item.call(x_BF)).relu_()));

    protected override Value Logits(GraphBuilder graph, Value x_NHWC) =>
        Linear(graph, hidden.Index().Aggregate(graph.Reshape(x_NHWC, -1, _pixels), (x_NF, layer) => graph.Relu(Folded(graph, x_NF, layer.Index))), output);

    private Tensor Normalized(int layer, Tensor x_BF)
    {
        if (norms.Count == 0)
            return x_BF;
        // One image, as the last step of an epoch may have, deviates from nothing: it is seen as it will be at rest.
        var norm = norms[layer];
        return x_BF.shape[0] > 1 ? norm.call(x_BF) : nn.functional.batch_norm(x_BF, norm.running_mean!, norm.running_var!, norm.weight, norm.bias, training: false);
    }

    private Value Folded(GraphBuilder graph, Value x_NF, int layer)
    {
        if (norms.Count == 0)
            return Linear(graph, x_NF, hidden[layer]);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var norm = norms[layer];
        var scale_O = norm.weight!.to_type(ScalarType.Float64) / (norm.running_var!.to_type(ScalarType.Float64) + norm.eps).sqrt();
        var weight_OF = hidden[layer].weight!.to_type(ScalarType.Float64) * scale_O.unsqueeze(1);
        var bias_O = norm.bias!.to_type(ScalarType.Float64) + (hidden[layer].bias!.to_type(ScalarType.Float64) - norm.running_mean!.to_type(ScalarType.Float64)) * scale_O;
        return graph.Linear(x_NF, Constant(graph, "weight", weight_OF.to_type(ScalarType.Float32)), Constant(graph, "bias", bias_O.to_type(ScalarType.Float32)));
    }
}
