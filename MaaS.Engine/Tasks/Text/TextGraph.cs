// The encoder and the network as an ONNX graph that takes the raw text, string (N, 1): what Alphabet, Terms and the network do, node
// for node. Characters become numbers at the first node; everything up to the vocabulary is whole-number arithmetic on (N, L) of them.
using MaaS.Engine.Onnx;
using MaaS.Engine.Tasks.Tabular;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tasks.Text;

internal static class TextGraph
{
    public static ModelProto Of(TextTask task) => Of(task.Encoder, task.Text, task.Target, task.Model);

    /// <param name="text">The column that is read.</param>
    public static ModelProto Of(Encoder encoder, string text, Target target, Network network)
    {
        var graph = new GraphBuilder("text");
        string Free(string name) => name == text ? name + "_" : name;
        var text_N1 = graph.Input(text, DataType.String, -1, 1);
        var logits_NC = network.Write(graph, Codes(graph, text_N1, encoder.Alphabet, encoder.Spec.MaxCharacters));
        var probabilities_NC = graph.Softmax(logits_NC, 1);
        graph.Output(Free("label"), graph.Gather(graph.Constant("labels", target.Labels!), graph.ArgMax(probabilities_NC, 1)), DataType.String, -1);
        graph.Output(Free("probabilities"), probabilities_NC, DataType.Float, -1, target.Outputs);
        return graph.Build(typeof(TextGraph).Assembly.GetName().Version!.ToString(3));
    }

    /// <summary>The code of each character; rows shorter than the longest end in blanks. A blank is appended so that there is one.</summary>
    private static Value Codes(GraphBuilder graph, Value text_N1, Alphabet alphabet, int maxCharacters)
    {
        var characters_NL = graph.Characters(graph.StringConcat(graph.Reshape(text_N1, -1), graph.Constant("blank", [" "])), " ");
        return graph.Slice(
            graph.Lookup(characters_NL, [.. alphabet.Codes.Keys.Select(rune => rune.ToString())], [.. alphabet.Codes.Values], Alphabet.Unknown),
            0, maxCharacters);
    }
}
