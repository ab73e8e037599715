// From texts to the numbers of the terms that have a vector. Alphabet and vocabulary are learned from the training rows alone.
using MaaS.Contracts.Training;

namespace MaaS.Engine.Tasks.Text;

/// <param name="Vocabulary">The number of each known term, from 1 on.</param>
internal sealed record Encoder(TextNetwork Spec, Alphabet Alphabet, IReadOnlyDictionary<long, long> Vocabulary)
{
    /// <summary>Terms of fewer texts say nothing that carries over.</summary>
    private const int FewestTexts = 2;

    /// <summary>The number of every other term: to a bag it is nothing, in a sequence it has its place.</summary>
    public long Unknown => Spec is BagNetwork ? 0 : Vocabulary.Count + 1;

    /// <summary>The same terms for a network of another size, which reads them as this one does.</summary>
    public Encoder For(TextNetwork spec) => this with { Spec = spec };

    /// <param name="texts">Of the training rows.</param>
    /// <exception cref="UserError">The texts have no term in common.</exception>
    public static Encoder Fit(IReadOnlyList<string> texts, TextNetwork spec)
    {
        var alphabet = Alphabet.Fit(texts);
        var counts = new Dictionary<long, int>();
        foreach (var text in texts)
            foreach (var term in Terms.Of(alphabet.Read(text, spec.MaxCharacters), spec).Distinct())
                counts[term] = counts.GetValueOrDefault(term) + 1;
        var known = counts.Where(term => term.Key != 0 && term.Value >= FewestTexts)
            .OrderByDescending(term => term.Value).ThenBy(term => term.Key).Take(spec.VocabularySize).ToArray();
        if (known.Length == 0)
            throw new UserError($"No word occurs in more than one of the {texts.Count} training texts: there is nothing to learn from.");
        return new Encoder(spec, alphabet, known.Select((term, place) => (term.Key, Number: place + 1L)).ToDictionary(term => term.Key, term => term.Number));
    }

    /// <summary>The numbers of a text's terms in their order, without 0; none for an empty text.</summary>
    public long[] Encode(string text) =>
    [
        .. Terms.Of(Alphabet.Read(text, Spec.MaxCharacters), Spec).Select(term => Vocabulary.GetValueOrDefault(term, Unknown)).Where(number => number != 0),
    ];
}
