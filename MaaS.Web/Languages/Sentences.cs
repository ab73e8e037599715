// Sentences that other parts compose in English, known again by their pattern: "{0} must be between {1} and {2}." It does not know who
// says them; Resources/Sentences.*.resx lists them.
using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Web.Languages;

internal sealed partial class Sentences(IReadOnlyDictionary<string, string> known)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(50);

    // The longest words first: of two patterns that fit, the one that says more is meant.
    private readonly (Regex Pattern, string Translation)[] _patterns =
        [.. known.Where(pair => Place().IsMatch(pair.Key)).OrderByDescending(pair => Place().Replace(pair.Key, "").Length).Select(pair => (Pattern(pair.Key), pair.Value))];

    /// <summary>The sentence in this language, with what stood in its places; <c>{0:heard}</c> is a place whose words are translated too, because
    /// they are ours and not a name that somebody gave. Null when no pattern fits.</summary>
    public string? Translate(string sentence, Texts texts)
    {
        foreach (var (pattern, translation) in _patterns)
            if (pattern.Match(sentence) is { Success: true } found)
                return string.Format(CultureInfo.CurrentCulture, translation, [.. Values(found).Select((value, place) =>
                    translation.Contains($"{{{place}:heard}}", StringComparison.Ordinal) ? texts.HeardEach(value) : value)]);
        return null;
    }

    private static IEnumerable<string> Values(Match found) =>
        found.Groups.Values.Skip(1).OrderBy(group => group.Name, StringComparer.Ordinal).Select(group => group.Value);

    // What stands in a place does not go beyond the sentence.
    private static Regex Pattern(string english) => new(
        $"^{Escaped().Replace(Regex.Escape(english), "(?<p$1>(?:(?![.!?] [A-Z0-9]).)+?)")}$", RegexOptions.Singleline | RegexOptions.CultureInvariant, s_patience);

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    // Regex.Escape leaves the closing brace as it is.
    [GeneratedRegex(@"\\\{(\d)\}")]
    private static partial Regex Escaped();
}
