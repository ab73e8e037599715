// The encoder and the network as an ONNX graph that takes the raw text, string (N, 1): what Alphabet, Terms and Network do, node
// for node. Characters become numbers at the first node; everything after is whole-number arithmetic on (N, L) of them.
using MaaS.Engine.Onnx;
using MaaS.Engine.Tasks.Tabular;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tasks.Text;

internal static class TextGraph
{
    public static ModelProto Of(TextTask task) => Of(task.Encoder, task.Text, task.Target, task.Network);

    /// <param name="text">The column that is read.</param>
    public static ModelProto Of(Encoder encoder, string text, Target target, TorchSharp.torch.nn.Module network)
    {
        var graph = new GraphBuilder("text");
        var spec = encoder.Spec;
        var weights = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        string Free(string name) => name == text ? name + "_" : name;
        Value Weight(string name) => graph.Constant(name, weights[name].cpu().contiguous().data<float>().ToArray(), weights[name].shape);

        var text_N1 = graph.Input(text, DataType.String, -1, 1);
        var codes_NL = Codes(graph, text_N1, encoder.Alphabet, spec.MaxCharacters);
        var words_NL = Words(graph, codes_NL, spec.MaxCharacters);
        var terms_NT = graph.Concat(
            Enumerable.Range(1, spec.WordNGrams).Select(length => Grams(graph, words_NL, length, Terms.WordGramBase)).Concat(
            Enumerable.Range(Terms.ShortestCharacterGram, Math.Max(0, spec.CharacterNGrams - Terms.ShortestCharacterGram + 1))
                .Select(length => Grams(graph, codes_NL, length, Terms.CharacterGramBase))), 1);
        var numbers_NT = graph.Lookup(terms_NT, [.. encoder.Vocabulary.Keys], [.. encoder.Vocabulary.Values], 0);

        // The network's row 0 is never looked up in training; here it stands for "no vector", and is nothing.
        var vectors = weights["vectors.weight"].clone();
        using (TorchSharp.torch.no_grad())
            vectors[0].zero_();
        var isKnown_NT = graph.Cast(graph.Cast(numbers_NT, DataType.Bool), DataType.Float);
        var count_N1 = graph.Clip(graph.ReduceSum(isKnown_NT, 1, keep: true), graph.Constant("fewest", [1f]), graph.Constant("most", [float.MaxValue]));
        var sum_ND = graph.ReduceSum(graph.Gather(graph.Constant("vectors", vectors.cpu().data<float>().ToArray(), vectors.shape), numbers_NT), 1);
        var logits_NC = graph.Linear(graph.Div(sum_ND, graph.Sqrt(count_N1)), Weight("output.weight"), Weight("output.bias"));
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

    /// <summary>
    /// Word i of each text in column i, from 1 on. A word is the sum of its codes times the powers of the base by place in the text;
    /// times the inverse base to the power of its first place, that is by place in the word.
    /// </summary>
    private static Value Words(GraphBuilder graph, Value codes_NL, int maxCharacters)
    {
        var (zero, one) = (graph.Constant("zero", [0L]), graph.Constant("one", [1L]));
        var isMark_NL = graph.Cast(graph.GreaterOrEqual(codes_NL, graph.Constant("first_mark", [Alphabet.FirstMark])), DataType.Int64);
        var isLetter_NL = graph.Sub(graph.Cast(graph.Cast(codes_NL, DataType.Bool), DataType.Int64), isMark_NL);
        var afterLetter_NL = graph.Slice(graph.Pad(isLetter_NL, left: 1), 0, -1);
        var isFirst_NL = graph.Add(isMark_NL, graph.Mul(isLetter_NL, graph.Sub(one, afterLetter_NL)));
        var word_NL = graph.CumSum(isFirst_NL, 1);

        var places_L = graph.CumSum(graph.Add(graph.Mul(graph.Reshape(graph.Slice(codes_NL, 0, 1, axis: 0), -1), zero), one), 0);
        var place_L = graph.Sub(places_L, one);
        var empty_NW = graph.Pad(graph.Mul(codes_NL, zero), left: 1);
        var powers = graph.Constant("powers", Powers(Terms.WordBase, maxCharacters), maxCharacters);
        var inverses = graph.Constant("inverse_powers", Powers(Inverse(Terms.WordBase), maxCharacters), maxCharacters);
        var sum_NW = graph.ScatterAdd(empty_NW, word_NL, graph.Mul(codes_NL, graph.Gather(powers, place_L)), 1);
        var first_NW = graph.ScatterAdd(empty_NW, word_NL, graph.Mul(isFirst_NL, place_L), 1);
        return graph.Mul(sum_NW, graph.Gather(inverses, first_NW));
    }

    /// <summary>Sequences of so many neighbours; 0 where one of them is.</summary>
    private static Value Grams(GraphBuilder graph, Value items_NL, int length, long @base)
    {
        var (zero, times) = (graph.Constant("zero", [0L]), graph.Constant("base", [@base]));
        var gram_NL = items_NL;
        for (var shift = 1; shift < length; shift++)
        {
            var next_NL = graph.Slice(graph.Pad(items_NL, right: shift), shift, long.MaxValue);
            var longer_NL = graph.Where(graph.Equal(next_NL, zero), zero, graph.Add(graph.Mul(gram_NL, times), next_NL));
            gram_NL = graph.Where(graph.Equal(gram_NL, zero), zero, longer_NL);
        }
        return gram_NL;
    }

    private static long[] Powers(long @base, int count)
    {
        var powers = new long[count];
        for (var (place, power) = (0, 1L); place < count; place++, power = unchecked(power * @base))
            powers[place] = power;
        return powers;
    }

    /// <summary>The x with odd * x = 1 (mod 2^64), by Newton's iteration; each round doubles the correct bits, from 3.</summary>
    private static long Inverse(long odd)
    {
        var x = odd;
        for (var round = 0; round < 5; round++)
            x = unchecked(x * (2 - odd * x));
        return x;
    }
}
