// The terms of a text: its words, the sequences of neighbouring words, and the sequences of characters between blanks, each as
// a 64-bit number. TermNodes says the same in ONNX nodes; both wrap around at 2^64, so they agree to the bit.
using MaaS.Contracts.Training;

namespace MaaS.Engine.Tasks.Text;

internal static class Terms
{
    // Odd numbers, so that multiplying loses nothing: the golden ratio's, and two of SplitMix64's.
    public const long WordBase = unchecked((long)0x9E3779B97F4A7C15);
    public const long WordGramBase = unchecked((long)0xBF58476D1CE4E5B9);
    public const long CharacterGramBase = unchecked((long)0x94D049BB133111EB);
    public const int ShortestCharacterGram = 3;

    /// <summary>What a network reads of a text given as the alphabet's codes; repeated ones repeatedly.</summary>
    public static IReadOnlyList<long> Of(ReadOnlySpan<long> codes, TextNetwork network) => network switch
    {
        BagNetwork bag => Of(codes, bag.WordNGrams, bag.CharacterNGrams),
        TransformerTextNetwork transformer => Words(codes).AsSpan() is var words && words.Length > transformer.MaxWords ? [.. words[..transformer.MaxWords]] : [.. words],
        _ => throw new ArgumentOutOfRangeException(nameof(network), network, null),
    };

    public static List<long> Of(ReadOnlySpan<long> codes, int wordGrams, int characterGrams)
    {
        var words = Words(codes);
        var terms = new List<long>();
        for (var length = 1; length <= wordGrams; length++)
            AddGrams(terms, words, length, WordGramBase);
        for (var length = ShortestCharacterGram; length <= characterGrams; length++)
            AddGrams(terms, codes, length, CharacterGramBase);
        return terms;
    }

    /// <summary>A word is a run of letters and digits, or a mark by itself: the sum of its codes times the base's powers.</summary>
    private static long[] Words(ReadOnlySpan<long> codes)
    {
        var words = new List<long>();
        var power = 0L; // 0 outside a word
        foreach (var code in codes)
        {
            if (code is Alphabet.Blank or >= Alphabet.FirstMark)
            {
                if (code != Alphabet.Blank)
                    words.Add(code);
                power = 0;
                continue;
            }
            if (power == 0)
            {
                words.Add(0);
                power = 1;
            }
            words[^1] = unchecked(words[^1] + code * power);
            power = unchecked(power * WordBase);
        }
        return [.. words];
    }

    /// <summary>Every sequence of so many neighbours of which none is 0.</summary>
    private static void AddGrams(List<long> terms, ReadOnlySpan<long> items, int length, long @base)
    {
        for (var first = 0; first + length <= items.Length; first++)
        {
            if (items.Slice(first, length).Contains(0))
                continue;
            var gram = items[first];
            foreach (var item in items.Slice(first + 1, length - 1))
                gram = unchecked(gram * @base + item);
            terms.Add(gram);
        }
    }
}
