// Learns byte-pair merges (Sennrich et al. 2016, arXiv:1508.07909): the most frequent pair of neighbours within words becomes a token,
// again and again. Counts of pairs are kept up to date instead of counted anew: only words that hold the merged pair are touched.
using System.Text;
using MaaS.Inference.Text;

namespace MaaS.Engine.Tasks.Language;

internal static class BytePairs
{
    private const int Bytes = 256;

    /// <returns>Pairs of token numbers; the first becomes token 256, the next 257. Fewer than wanted when no pair comes twice.</returns>
    public static List<(int Left, int Right)> Learn(IEnumerable<string> documents, int vocabulary, CancellationToken token)
    {
        var words = Words(documents);
        var counts = new Dictionary<(int, int), long>();
        var places = new Dictionary<(int, int), HashSet<int>>();
        for (var word = 0; word < words.Length; word++)
            Count(words[word].Tokens, word, words[word].Count);

        // The most frequent first; of equally frequent ones the smallest, so that the same text gives the same tokens.
        var queue = new PriorityQueue<(int Left, int Right), (long, int, int)>();
        foreach (var pair in counts.Keys)
            Offer(pair);
        var merges = new List<(int, int)>();
        while (Bytes + merges.Count < vocabulary && queue.TryDequeue(out var pair, out var offered))
        {
            token.ThrowIfCancellationRequested();
            if (counts.GetValueOrDefault(pair) is var count && count != -offered.Item1)
                continue; // its count has changed since, and it was offered again with the new one
            if (count < 2)
                break;
            var merged = Bytes + merges.Count;
            merges.Add(pair);
            var touched = new HashSet<(int, int)>();
            foreach (var word in places[pair])
            {
                Count(words[word].Tokens, word, -words[word].Count, touched);
                words[word].Tokens = Merge(words[word].Tokens, pair, merged);
                Count(words[word].Tokens, word, words[word].Count, touched);
            }
            counts.Remove(pair);
            places.Remove(pair);
            foreach (var changed in touched)
                if (changed != pair)
                    Offer(changed);
        }
        return merges;

        void Offer((int Left, int Right) pair)
        {
            if (counts.GetValueOrDefault(pair) is > 0 and var count)
                queue.Enqueue(pair, (-count, pair.Left, pair.Right));
        }

        void Count(int[] tokens, int word, long times, HashSet<(int, int)>? touched = null)
        {
            for (var at = 0; at + 1 < tokens.Length; at++)
            {
                var pair = (tokens[at], tokens[at + 1]);
                counts[pair] = counts.GetValueOrDefault(pair) + times;
                touched?.Add(pair);
                // A word that no longer holds the pair stays listed, and is found unchanged when its turn comes.
                if (times > 0)
                    (places.TryGetValue(pair, out var listed) ? listed : places[pair] = []).Add(word);
            }
        }
    }

    private static int[] Merge(int[] tokens, (int Left, int Right) pair, int merged)
    {
        var kept = new List<int>(tokens.Length);
        for (var at = 0; at < tokens.Length; at++)
            if (at + 1 < tokens.Length && tokens[at] == pair.Left && tokens[at + 1] == pair.Right)
            {
                kept.Add(merged);
                at++;
            }
            else
                kept.Add(tokens[at]);
        return [.. kept];
    }

    /// <summary>Each different word once, as its bytes, in the order of first appearance.</summary>
    private static Word[] Words(IEnumerable<string> documents)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        var words = new List<Word>();
        foreach (var document in documents)
            foreach (var match in Tokenizer.Words().EnumerateMatches(document))
            {
                var text = document.AsSpan(match.Index, match.Length);
                if (lookup.TryGetValue(text, out var number))
                    words[number].Count++;
                else
                {
                    lookup[text] = words.Count;
                    words.Add(new Word { Tokens = Array.ConvertAll(Encoding.UTF8.GetBytes(text.ToString()), value => (int)value), Count = 1 });
                }
            }
        return [.. words];
    }

    private sealed class Word
    {
        public required int[] Tokens { get; set; }

        public required long Count { get; set; }
    }
}
