// Convolutions of 3 x 3, each normalized; where the number of channels changes, or where it is told, the image is halved, keeping the
// largest of each four pixels. The head takes the mean over the image, so its size does not matter to it.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class ConvolutionalNet : Network
{
    private readonly ModuleList<Convolution> convolutions;
    private readonly Linear output;
    private readonly Dropout dropout;
    private readonly bool[] _halves;

    public ConvolutionalNet(ConvolutionalNetwork spec, Encoder encoder, int classes) : base(nameof(ConvolutionalNet), encoder)
    {
        int[] widths = [encoder.Channels, .. spec.Channels!];
        convolutions = nn.ModuleList([.. widths.Zip(widths.Skip(1), (from, to) => new Convolution(from, to))]);
        var halvings = HalvingsOf(spec);
        _halves = [.. spec.Channels!.Select((_, layer) => halvings.Contains(layer))];
        output = nn.Linear(widths[^1], classes);
        dropout = new Dropout(spec.Dropout, Random);
        RegisterComponents();
    }

    /// <summary>Which convolutions see the image halved.</summary>
    public static IReadOnlyList<int> HalvingsOf(ConvolutionalNetwork spec) => spec.Halvings ??
        [.. Enumerable.Range(1, spec.Channels!.Count - 1).Where(layer => spec.Channels[layer] != spec.Channels[layer - 1])];

    public override bool IsHidden(string name) => name.StartsWith("convolutions.", StringComparison.Ordinal) && !name.StartsWith("convolutions.0.", StringComparison.Ordinal);

    public override Linear Output => output;

    protected override Tensor Features(Tensor x_BHWC)
    {
        var x_BCHW = ChannelsFirst(x_BHWC);
        foreach (var (layer, halve) in convolutions.Zip(_halves))
            x_BCHW = layer.call(halve ? nn.functional.max_pool2d(x_BCHW, 2) : x_BCHW).relu_();
        return dropout.call(x_BCHW.mean([2, 3]));
    }

    protected override Value Logits(GraphBuilder graph, Value x_NHWC)
    {
        var x_NCHW = ChannelsFirst(graph, x_NHWC);
        foreach (var (layer, halve) in convolutions.Zip(_halves))
            x_NCHW = graph.Relu(layer.Export(graph, halve ? graph.MaxPool(x_NCHW, 2) : x_NCHW));
        return Linear(graph, graph.Reshape(graph.GlobalAveragePool(x_NCHW), -1, output.in_features), output);
    }
}
