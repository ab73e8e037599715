// What the portal says, in the language of whoever reads it. A text's key is its English sentence, so English needs no resource; other
// languages lie in Resources/*.resx. It does not know which language is chosen: that is the culture of the request or circuit.
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Resources;
using System.Text.RegularExpressions;

namespace MaaS.Web.Languages;

/// <summary>Every page knows it as <c>T</c>: <c>@T["Sign in"]</c>, <c>@T["{0} runs", count]</c>. A test reads the literals, so it takes no others.</summary>
public sealed partial class Texts
{
    private static readonly Assembly s_portal = typeof(Texts).Assembly;
    private static readonly ConcurrentDictionary<string, Dictionaries> s_read = new(StringComparer.Ordinal);

    private Texts()
    {
    }

    public static Texts T { get; } = new();

    /// <summary>The text, with its places still open.</summary>
    public string this[string english] => Find(english) ?? english;

    /// <summary>The text with its places filled, numbers and dates as the language writes them.</summary>
    public string this[string english, params object?[] values] => string.Format(CultureInfo.CurrentCulture, this[english], values);

    /// <summary>What is said under a name that is no sentence, such as <c>problem.name_taken</c>; null in English.</summary>
    public string? Find(string key) => Mine.Texts.GetValueOrDefault(key);

    /// <summary>A sentence that another part composed (a rule of Contracts, a worker, the API), when it is known; otherwise as it was heard.</summary>
    public string Heard(string sentence) => Known(sentence) ?? string.Join(' ', SentenceEnd().Split(sentence).Select(one => Known(one) ?? one));

    /// <summary>A list of such phrases, each by itself: <c>static int8 (min-max, 512 rows), then pruning</c>.</summary>
    public string HeardEach(string phrases) => Phrase().Replace(phrases, phrase => Heard(phrase.Value));

    private string? Known(string sentence) => Find(sentence) ?? Mine.Sentences.Translate(sentence, this);

    private static Dictionaries Mine => s_read.GetOrAdd(CultureInfo.CurrentUICulture.Name, static name => Read(new CultureInfo(name)));

    private static Dictionaries Read(CultureInfo culture)
    {
        for (; culture.Name.Length > 0; culture = culture.Parent)
        {
            try
            {
                return Read(s_portal.GetSatelliteAssembly(culture));
            }
            catch (FileNotFoundException)
            {
                // No translation for this one; perhaps for the language it is a part of.
            }
        }
        return new(FrozenDictionary<string, string>.Empty, new(FrozenDictionary<string, string>.Empty));
    }

    // "Running" and "running" are one key: the compiler of resources allows no two that differ by case alone.
    private static Dictionaries Read(Assembly translated)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var sentences = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in translated.GetManifestResourceNames())
        {
            using var entries = new ResourceReader(translated.GetManifestResourceStream(file)!);
            foreach (DictionaryEntry entry in entries)
            {
                texts[(string)entry.Key] = (string)entry.Value!;
                if (file.Contains(".Sentences.", StringComparison.Ordinal)) sentences[(string)entry.Key] = (string)entry.Value!;
            }
        }
        return new(texts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), new(sentences));
    }

    [GeneratedRegex(@"[^\s,()][^,()]*(?<!\s)")]
    private static partial Regex Phrase();

    [GeneratedRegex(@"(?<=[.!?]) (?=[A-Z0-9])")]
    private static partial Regex SentenceEnd();

    private sealed record Dictionaries(FrozenDictionary<string, string> Texts, Sentences Sentences);
}
