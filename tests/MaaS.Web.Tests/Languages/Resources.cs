// The resource files as they lie in the sources, and the texts the portal's sources ask for.
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MaaS.Web.Tests.Languages;

internal sealed record Entry(string File, string Key, string Value)
{
    /// <summary>Sentences of other parts are known by pattern; problems and MudBlazor's texts by names.</summary>
    public bool IsSentence => File.StartsWith("Sentences.", StringComparison.Ordinal);

    public bool IsProblem => Key.StartsWith("problem.", StringComparison.Ordinal);

    public bool IsMud => File.StartsWith("MudBlazor.", StringComparison.Ordinal);
}

internal static partial class Resources
{
    public static IReadOnlyList<Entry> Of(string language) =>
    [
        .. from source in PortalSources.Of($"*.{language}.resx")
           from data in XDocument.Parse(source.Text).Root!.Elements("data")
           select new Entry(Path.GetFileName(source.Path), data.Attribute("name")!.Value, data.Element("value")!.Value),
    ];

    /// <summary>Every text that is asked for, with the file that asks.</summary>
    public static IReadOnlyList<(string File, string Text)> Asked() =>
    [
        .. from source in Sources()
           from Match asked in Asking().Matches(source.Text)
           select (source.Path, Regex.Unescape(string.Concat(asked.Groups["part"].Captures.Select(part => part.Value)))),
    ];

    public static IEnumerable<(string Path, string Text)> Sources() =>
        PortalSources.Of("*.razor").Concat(PortalSources.Of("*.cs")).Where(source => source.Path is not "Languages/Texts.cs");

    public static IReadOnlyList<string> Places(string text) => [.. Place().Matches(text).Select(place => place.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    // A long one may be written on several lines: T["..." + "..."].
    [GeneratedRegex("\\bT\\[\\s*\"(?<part>(?:[^\"\\\\]|\\\\.)*)\"(?:\\s*\\+\\s*\"(?<part>(?:[^\"\\\\]|\\\\.)*)\")*")]
    public static partial Regex Asking();

    [GeneratedRegex(@"\{(\d+)[^}]*\}")]
    private static partial Regex Place();
}
