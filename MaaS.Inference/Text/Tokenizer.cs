// Text to tokens and back, as a tokenizer.json of Hugging Face describes it: byte-level byte-pair encoding (Sennrich et al. 2016,
// arXiv:1508.07909; on bytes as in Radford et al. 2019), or single characters. Safe for any number of threads. Knows no model.
using System.Text;
using System.Text.RegularExpressions;

namespace MaaS.Inference.Text;

/// <summary>A character that the tokenizer has no token for.</summary>
public sealed class UnknownCharacterException(string character) : Exception($"The model does not know the character \"{character}\".")
{
    public string Character { get; } = character;
}

public sealed partial class Tokenizer
{
    /// <summary>What stands between two documents; no text has it.</summary>
    public const string EndText = "<|end|>";

    private readonly Dictionary<string, int> _idOf;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges;
    private readonly byte[][] _bytes;
    private readonly int[] _idOfByte = new int[256];

    /// <param name="vocabulary">Tokens in the order of their numbers; at byte level in <see cref="ByteLetters"/>.</param>
    /// <param name="merges">Pairs of tokens that become one, the first learned first.</param>
    /// <param name="isByteLevel">False: every character is a token.</param>
    /// <param name="splitsWords">Whether no token reaches from one word into the next.</param>
    /// <param name="hasEnd">Whether there is a token, the last, for the end of a document.</param>
    /// <exception cref="ArgumentException">A byte or a merge has no token.</exception>
    public Tokenizer(IReadOnlyList<string> vocabulary, IReadOnlyList<(string Left, string Right)> merges, bool isByteLevel, bool splitsWords, bool hasEnd)
    {
        (Vocabulary, Merges, IsByteLevel, SplitsWords) = (vocabulary, merges, isByteLevel, splitsWords);
        _idOf = vocabulary.Select((text, id) => (text, id)).ToDictionary(token => token.text, token => token.id, StringComparer.Ordinal);
        _bytes = [.. vocabulary.Select(text => isByteLevel ? ByteLetters.Bytes(text) ?? throw new ArgumentException($"The token \"{text}\" is not written in the letters of bytes.") : Encoding.UTF8.GetBytes(text))];
        if (hasEnd)
            End = vocabulary.Count;
        for (var value = 0; isByteLevel && value < 256; value++)
            _idOfByte[value] = Known($"{ByteLetters.Of((byte)value)}");
        _merges = [];
        for (var rank = 0; rank < merges.Count; rank++)
            _merges.TryAdd((Known(merges[rank].Left), Known(merges[rank].Right)), (rank, Known(merges[rank].Left + merges[rank].Right)));
    }

    public IReadOnlyList<string> Vocabulary { get; }

    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    public bool IsByteLevel { get; }

    public bool SplitsWords { get; }

    /// <summary>The token between two documents; null where there is one document only.</summary>
    public int? End { get; }

    /// <summary>Numbers a token can have.</summary>
    public int Size => Vocabulary.Count + (End is null ? 0 : 1);

    /// <exception cref="UnknownCharacterException">Single characters are tokens, and this one is none.</exception>
    public List<int> Encode(ReadOnlySpan<char> text)
    {
        var tokens = new List<int>(text.Length);
        if (!IsByteLevel)
        {
            foreach (var character in text.EnumerateRunes())
                tokens.Add(_idOf.TryGetValue(character.ToString(), out var id) ? id : throw new UnknownCharacterException(character.ToString()));
            return tokens;
        }
        if (!SplitsWords)
        {
            tokens.AddRange(EncodePiece(text));
            return tokens;
        }
        // A text says the same words again and again.
        var seen = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var lookup = seen.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var word in Words().EnumerateMatches(text))
        {
            var piece = text.Slice(word.Index, word.Length);
            if (!lookup.TryGetValue(piece, out var known))
                lookup[piece] = known = EncodePiece(piece);
            tokens.AddRange(known);
        }
        return tokens;
    }

    /// <summary>Bytes that are no whole character become U+FFFD; the end of a document becomes nothing.</summary>
    public string Decode(IEnumerable<int> tokens)
    {
        var bytes = new MemoryStream();
        foreach (var token in tokens)
            if (token != End)
                bytes.Write(_bytes[token]);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Words with the blank before them, numbers, punctuation and blanks: GPT-2's pattern, which "ByteLevel" of tokenizer.json means.</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    public static partial Regex Words();

    /// <summary>Merges the pair learned first, wherever it stands, until none is left; a chain and a queue, so a long piece costs no square.</summary>
    private int[] EncodePiece(ReadOnlySpan<char> piece)
    {
        var bytes = Encoding.UTF8.GetBytes(piece.ToArray());
        var tokens = Array.ConvertAll(bytes, value => _idOfByte[value]);
        if (_merges.Count == 0 || tokens.Length < 2)
            return tokens;
        var next = Enumerable.Range(1, tokens.Length).ToArray();
        var before = Enumerable.Range(-1, tokens.Length).ToArray();
        var queue = new PriorityQueue<(int At, int Left, int Right), (int Rank, int At)>();
        for (var at = 0; at < tokens.Length - 1; at++)
            Offer(at);
        while (queue.TryDequeue(out var pair, out _))
        {
            var right = next[pair.At];
            // What has been merged since it was offered is another pair, offered by itself.
            if (tokens[pair.At] != pair.Left || right >= tokens.Length || tokens[right] != pair.Right)
                continue;
            tokens[pair.At] = _merges[(pair.Left, pair.Right)].Merged;
            tokens[right] = -1;
            next[pair.At] = next[right];
            if (next[right] < tokens.Length)
                before[next[right]] = pair.At;
            Offer(pair.At);
            if (before[pair.At] >= 0)
                Offer(before[pair.At]);
        }
        return Array.FindAll(tokens, token => token >= 0);

        void Offer(int at)
        {
            if (next[at] < tokens.Length && _merges.TryGetValue((tokens[at], tokens[next[at]]), out var merge))
                queue.Enqueue((at, tokens[at], tokens[next[at]]), (merge.Rank, at));
        }
    }

    private int Known(string token) =>
        _idOf.TryGetValue(token, out var id) ? id : throw new ArgumentException($"The tokenizer has no token \"{token}\".");
}
