// A transformer encoder over the words of a text: a language model's blocks, but every word sees all others. A token of its own begins each
// text, so that an empty one has something to attend to; the mean over it and the words goes into one linear layer.
// B texts, T the longest of them with its beginning, C width, O outputs.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Training;
using TorchSharp.Modules;
using static MaaS.Engine.Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Text;

internal sealed class Transformer : Network
{
    /// <summary>Fills up a text that is shorter than the longest.</summary>
    private const long Nothing = 0;

    private readonly Gpt body;
    private readonly Linear output;
    private readonly Dropout dropout;
    private readonly Encoder _encoder;
    private readonly TransformerTextNetwork _spec;
    private readonly long _beginning;

    public Transformer(Encoder encoder, int outputs, TransformerTextNetwork spec) : base(nameof(Transformer))
    {
        (_encoder, _spec, _beginning) = (encoder, spec, encoder.Unknown + 1);
        body = new Gpt(BodyOf(spec), (int)_beginning + 1);
        output = nn.Linear(spec.Width, outputs);
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    public static GptNetwork BodyOf(TransformerTextNetwork spec) => new(
        spec.Layers, spec.Heads, spec.Width, spec.MaxWords + 1, Positions: spec.Positions, Dropout: spec.Dropout, HeadWidth: spec.HeadWidth, Inner: spec.Inner);

    public override bool IsHidden(string name) => name.StartsWith("body.blocks.", StringComparison.Ordinal);

    public override Tensor Logits(long[][] texts, Device device)
    {
        var (b, t) = (texts.Length, 1 + texts.Max(text => text.Length));
        var tokens = new long[b * t];
        foreach (var (row, text) in texts.Index())
        {
            tokens[row * t] = _beginning;
            text.CopyTo(tokens, row * t + 1);
        }
        var tokens_BT = tensor(tokens, [b, t]).Sent(device);
        var isThere_BT = tokens_BT.ne(Nothing);
        var weight_BT1 = isThere_BT.to_type(ScalarType.Float32).unsqueeze(2);
        var pooled_BC = (body.Hidden(tokens_BT, isThere_BT.view(b, 1, 1, t)) * weight_BT1).sum(1) / weight_BT1.sum(1);
        return output.call(dropout.call(pooled_BC));
    }

    public override Value Write(GraphBuilder graph, Value codes_NL)
    {
        var words_NL = TermNodes.Words(graph, codes_NL, _spec.MaxCharacters);
        var longest_1 = graph.ReduceMax(graph.ReduceSum(graph.Cast(graph.Cast(words_NL, DataType.Bool), DataType.Int64), 1));
        var read_1 = graph.Min(longest_1, graph.Constant("max_words", [(long)_spec.MaxWords], 1));
        var one = graph.Constant("one", [1L], 1);
        var words_NT = graph.Slice(words_NL, one, graph.Add(read_1, one), 1);
        var numbers_NT = graph.Lookup(words_NT, [Nothing, .. _encoder.Vocabulary.Keys], [Nothing, .. _encoder.Vocabulary.Values], _encoder.Unknown);

        var tokens_NT = graph.Pad(numbers_NT, left: 1, value: _beginning);
        var isThere_NT = graph.Cast(tokens_NT, DataType.Bool);
        var hidden_NTC = GptGraph.Hidden(graph, body, tokens_NT, graph.Reshape(isThere_NT, 0, 1, 1, 1, -1));
        var weight_NT1 = graph.Reshape(graph.Cast(isThere_NT, DataType.Float), 0, -1, 1);
        var pooled_NC = graph.Div(graph.ReduceSum(graph.Mul(hidden_NTC, weight_NT1), 1), graph.ReduceSum(weight_NT1, 1));
        return graph.Linear(pooled_NC, Weight(graph, "output.weight", output.weight!), Weight(graph, "output.bias", output.bias!));
    }
}
