// The terms of texts in ONNX nodes, from the alphabet's codes (N, L): what Terms says, node for node.
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tasks.Text;

internal static class TermNodes
{
    /// <summary>
    /// Word i of each text in column i, from 1 on. A word is the sum of its codes times the powers of the base by place in the text;
    /// times the inverse base to the power of its first place, that is by place in the word.
    /// </summary>
    public static Value Words(GraphBuilder graph, Value codes_NL, int maxCharacters)
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
    public static Value Grams(GraphBuilder graph, Value items_NL, int length, long @base)
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
