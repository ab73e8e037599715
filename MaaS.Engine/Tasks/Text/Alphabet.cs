// What a character is to a model: blank, part of a word, or a mark that stands alone. Letter case is dropped and every digit is 0.
// The exported graph holds the same list, so what the list says in training it says in service, whatever the machine's language.
using System.Globalization;
using System.Text;

namespace MaaS.Engine.Tasks.Text;

/// <param name="Codes">Code of each known character (a whole code point).</param>
internal sealed record Alphabet(IReadOnlyDictionary<Rune, long> Codes)
{
    public const long Blank = 0;

    /// <summary>A character no training row has: some letter.</summary>
    public const long Unknown = 0xFFFD;

    /// <summary>Codes from here on are marks; below lie all code points.</summary>
    public const long FirstMark = 1 << 21;

    /// <summary>ASCII, and what the training texts hold besides, in both cases.</summary>
    public static Alphabet Fit(IEnumerable<string> texts)
    {
        var known = Enumerable.Range(0, 128).Select(code => new Rune(code)).ToHashSet();
        foreach (var text in texts)
            known.UnionWith(text.EnumerateRunes());
        foreach (var rune in known.ToArray())
            known.UnionWith([Rune.ToLowerInvariant(rune), Rune.ToUpperInvariant(rune)]);
        return new Alphabet(known.Order().ToDictionary(rune => rune, CodeOf));
    }

    /// <summary>Codes of the first characters; half a character (a lone surrogate) counts as one that is unknown.</summary>
    public long[] Read(string text, int maxCharacters) =>
        [.. text.EnumerateRunes().Take(maxCharacters).Select(rune => Codes.GetValueOrDefault(rune, Unknown))];

    private static long CodeOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        _ when Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) => Blank,
        UnicodeCategory.DecimalDigitNumber => '0',
        UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse => Unknown,
        _ when Rune.IsLetterOrDigit(rune) || IsJoined(rune) => Rune.ToLowerInvariant(rune).Value,
        _ => FirstMark + rune.Value,
    };

    /// <summary>Accents and the like that follow their letter.</summary>
    private static bool IsJoined(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
}
