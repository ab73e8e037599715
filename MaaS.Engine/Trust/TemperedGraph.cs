// A classifier's graph whose probabilities are those of a temperature: softmax of their logarithms over it, which is what dividing the logits
// gives, also where probabilities are a mean over several networks. The label is read from what was there before, and stays.
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Trust;

internal static class TemperedGraph
{
    private const string Output = "probabilities";
    private const float Smallest = 1e-30f; // of which there is a logarithm

    /// <exception cref="UserError">The graph gives no probabilities.</exception>
    public static ModelProto Of(ModelProto graph, double temperature)
    {
        var editor = new GraphEditor(graph);
        if (editor.Producer(Output) is not { } last)
            throw new UserError("temperature is for a classifier; this graph gives no probabilities.");
        var before = last.Input[0];
        var logarithms = editor.Node("Log", [editor.Node("Max", [before, editor.Add([Smallest])])]);
        last.Input[0] = editor.Node("Softmax", [editor.Node("Div", [logarithms, editor.Add([(float)temperature])])], GraphBuilder.Attribute("axis", -1L));
        return editor.Done();
    }
}
