// An image network as an ONNX graph that takes pixels as they come out of a picture, uint8 (N, H, W, C), and answers label and
// probabilities.
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tasks.Images;

internal static class ImageGraph
{
    public const string Input = "image";

    /// <param name="labels">In the order of the logits.</param>
    public static ModelProto Of(Network network, Encoder encoder, IReadOnlyList<string> labels)
    {
        var graph = new GraphBuilder("image");
        var pixels_NHWC = graph.Input(Input, DataType.Uint8, -1, encoder.Height, encoder.Width, encoder.Channels);
        var probabilities_NO = graph.Softmax(network.Export(graph, graph.Cast(pixels_NHWC, DataType.Float)), 1);
        graph.Output("label", graph.Gather(graph.Constant("labels", labels), graph.ArgMax(probabilities_NO, 1)), DataType.String, -1);
        graph.Output("probabilities", probabilities_NO, DataType.Float, -1, labels.Count);
        return graph.Build(typeof(ImageGraph).Assembly.GetName().Version!.ToString(3));
    }
}
