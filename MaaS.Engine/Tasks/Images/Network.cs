// What the image networks have in common: bytes come in, are brought to mean 0 and deviation 1 by numbers of the training images, and
// logits go out. Each network says the same twice, to libtorch and to the graph, in one file, so that the two stay together.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal abstract class Network : nn.Module<Tensor, Tensor>
{
    private readonly Encoder _encoder;

    protected Network(string name, Encoder encoder) : base(name)
    {
        _encoder = encoder;
        register_buffer("mean", tensor(encoder.Mean));
        register_buffer("deviation", tensor(encoder.Deviation));
    }

    /// <summary>What chance there is in a step: seeded anew for each, so that it does not matter which thread comes first.</summary>
    public Generator Random { get; } = new();

    /// <param name="spec">Every value filled in.</param>
    public static Network For(ImageNetwork spec, Encoder encoder, int classes) => spec switch
    {
        ImageMlpNetwork mlp => new MlpNet(mlp, encoder, classes),
        ConvolutionalNetwork cnn => new ConvolutionalNet(cnn, encoder, classes),
        ResNetwork resnet => new ResNet(resnet, encoder, classes),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
    };

    /// <param name="pixels_BHWC">Bytes.</param>
    /// <returns>Logits (B, O).</returns>
    public sealed override Tensor forward(Tensor pixels_BHWC) => Output.call(FeaturesOf(pixels_BHWC));

    /// <summary>What the last layer makes logits of.</summary>
    /// <param name="pixels_BHWC">Bytes.</param>
    /// <returns>(B, F)</returns>
    public Tensor FeaturesOf(Tensor pixels_BHWC) => Features((pixels_BHWC.to_type(ScalarType.Float32) - get_buffer("mean")!) / get_buffer("deviation")!);

    /// <summary>The last layer.</summary>
    public abstract Linear Output { get; }

    /// <param name="pixels_NHWC">As floats.</param>
    public Value Export(GraphBuilder graph, Value pixels_NHWC) => Logits(graph, graph.Div(
        graph.Sub(pixels_NHWC, graph.Constant("mean", _encoder.Mean, _encoder.Mean.Length)),
        graph.Constant("deviation", _encoder.Deviation, _encoder.Deviation.Length)));

    /// <summary>Whether a matrix or kernel lies between the first and the last layer.</summary>
    /// <param name="name">As in the network's state.</param>
    public abstract bool IsHidden(string name);

    protected abstract Tensor Features(Tensor x_BHWC);

    protected abstract Value Logits(GraphBuilder graph, Value x_NHWC);

    protected static Value Linear(GraphBuilder graph, Value x, Linear layer) =>
        graph.Linear(x, Constant(graph, "weight", layer.weight!), Constant(graph, "bias", layer.bias!));

    /// <summary>
    /// Channels first, as libtorch's convolutions count them, but lying in memory as before: last. oneDNN's and libtorch's layers then do
    /// the same in 0.4 to 0.8 of the time (docs/lab-notes.md).
    /// </summary>
    protected static Tensor ChannelsFirst(Tensor x_BHWC) => x_BHWC.permute(0, 3, 1, 2);

    protected static Value ChannelsFirst(GraphBuilder graph, Value x_NHWC) => graph.Transpose(x_NHWC, 0, 3, 1, 2);

    protected static Value Constant(GraphBuilder graph, string name, Tensor values) =>
        graph.Constant(name, values.cpu().contiguous().data<float>().ToArray(), values.shape);
}
