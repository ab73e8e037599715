// What the image networks have in common: bytes come in, are brought to mean 0 and deviation 1 by numbers of the training images, and
// logits go out. Each network says the same twice, to libtorch and to the graph, in one file, so that the two stay together.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

/// <summary>Of each channel, in units of a byte.</summary>
internal sealed record Brightness(float[] Mean, float[] Deviation);

internal abstract class Network : nn.Module<Tensor, Tensor>
{
    private readonly Brightness _brightness;

    /// <param name="brightness">Kept among the weights: without it they mean nothing.</param>
    protected Network(string name, Brightness brightness) : base(name)
    {
        _brightness = brightness;
        register_buffer("mean", tensor(brightness.Mean).view(1, -1, 1, 1));
        register_buffer("deviation", tensor(brightness.Deviation).view(1, -1, 1, 1));
    }

    /// <param name="shape">Height, width and channels of the images.</param>
    public static Network For(ImageNetwork spec, (int Height, int Width, int Channels) shape, int classes, Brightness brightness) => spec switch
    {
        ImageMlpNetwork mlp => new MlpNet(mlp, shape, classes, brightness),
        ConvolutionalNetwork cnn => new ConvolutionalNet(cnn, shape.Channels, classes, brightness),
        ResNetwork resnet => new ResNet(resnet, shape.Channels, classes, brightness),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, null),
    };

    /// <param name="pixels_BCHW">Bytes.</param>
    /// <returns>Logits (B, O).</returns>
    public sealed override Tensor forward(Tensor pixels_BCHW) =>
        Logits((pixels_BCHW.to_type(ScalarType.Float32) - get_buffer("mean")!) / get_buffer("deviation")!);

    public Value Export(GraphBuilder graph, Value pixels_NCHW) => Logits(graph, graph.Div(
        graph.Sub(pixels_NCHW, graph.Constant("mean", _brightness.Mean, 1, _brightness.Mean.Length, 1, 1)),
        graph.Constant("deviation", _brightness.Deviation, 1, _brightness.Deviation.Length, 1, 1)));

    /// <summary>Whether a matrix or kernel lies between the first and the last layer.</summary>
    /// <param name="name">As in the network's state.</param>
    public abstract bool IsHidden(string name);

    protected abstract Tensor Logits(Tensor x_BCHW);

    protected abstract Value Logits(GraphBuilder graph, Value x_NCHW);

    protected static Value Linear(GraphBuilder graph, Value x, Linear layer) =>
        graph.Linear(x, Constant(graph, "weight", layer.weight!), Constant(graph, "bias", layer.bias!));

    private static Value Constant(GraphBuilder graph, string name, Tensor values) =>
        graph.Constant(name, values.cpu().contiguous().data<float>().ToArray(), values.shape);
}
