// A classifier's graph whose probabilities are those of a temperature: softmax of their logarithms over it, which is what dividing the logits
// gives, also where probabilities are a mean over several networks. The label is read from what was there before, and stays.
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Trust;

internal static class TemperedGraph
{
    private const float Smallest = 1e-30f; // of which there is a logarithm

    /// <param name="graph">Of a classifier: label, then probabilities.</param>
    public static ModelProto Of(ModelProto graph, double temperature)
    {
        var editor = new GraphEditor(graph);
        var last = editor.Producer(graph.Graph.Output[1].Name)!;
        var before = last.Input[0];
        var logarithms = editor.Node("Log", [editor.Node("Max", [before, editor.Add([Smallest])])]);
        last.Input[0] = editor.Node("Softmax", [editor.Node("Div", [logarithms, editor.Add([(float)temperature])])], GraphBuilder.Attribute("axis", -1L));
        return editor.Done();
    }
}
