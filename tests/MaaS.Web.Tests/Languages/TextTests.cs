// The texts of the portal, held against its sources: none is missing, unused, or said twice in any language.
using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using MaaS.Web.Languages;
using MudBlazor;

namespace MaaS.Web.Tests.Languages;

public sealed partial class TextTests
{
    private static readonly StringComparer s_case = StringComparer.OrdinalIgnoreCase;

    public static TheoryData<string> Translated => [.. Language.All.Skip(1).Select(language => language.Code)];

    [Theory]
    [MemberData(nameof(Translated))]
    public void Every_text_is_translated(string language)
    {
        var known = Resources.Of(language).Select(entry => entry.Key).ToHashSet(s_case);

        None(Resources.Asked().Where(asked => !known.Contains(asked.Text)).Select(asked => $"{asked.File}: {asked.Text}").Distinct());
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void Every_translation_is_of_a_text_that_is_said(string language)
    {
        var asked = Resources.Asked().Select(asked => asked.Text).ToHashSet(s_case);
        var said = SaidElsewhere();

        None(Resources.Of(language).Where(entry => !entry.IsMud && !IsSaid(entry)).Select(entry => $"{entry.File}: {entry.Key}"));

        bool IsSaid(Entry entry) =>
            entry.IsProblem ? said.Contains($"\"{entry.Key["problem.".Length..]}\"", StringComparison.Ordinal)
            : entry.IsSentence ? Place().Split(entry.Key).All(part => said.Contains(part, StringComparison.OrdinalIgnoreCase)) || IsMember(entry.Key)
            : asked.Contains(entry.Key);

        // Rules of a record name its members: "RunName must be ..." is heard as "Run name must be ...".
        bool IsMember(string words) => said.Contains($" {words.Replace(" ", "", StringComparison.Ordinal)}", StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void No_text_is_translated_twice_or_to_nothing(string language)
    {
        var entries = Resources.Of(language);

        None(entries.GroupBy(entry => entry.Key, s_case).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(entry => entry.File))}"));
        None(entries.Where(entry => string.IsNullOrWhiteSpace(entry.Value)).Select(entry => entry.Key));
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void What_is_filled_in_is_filled_in_everywhere(string language)
    {
        var texts = Resources.Of(language).Where(entry => !entry.IsMud);

        None(texts.Where(entry => entry.IsProblem
            ? Resources.Places(entry.Value).Any(place => place != "0")
            : !Resources.Places(entry.Key).SequenceEqual(Resources.Places(entry.Value))).Select(entry => $"{entry.Key} = {entry.Value}"));
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void What_the_parts_of_MudBlazor_say_is_translated_where_they_are_used(string language)
    {
        var used = PortalSources.Of("*.razor").SelectMany(page => MudPart().Matches(page.Text)).Select(part => part.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var mud = typeof(MudButton).Assembly;
        var texts = new ResourceManager("MudBlazor.Resources.LanguageResource", mud).GetResourceSet(CultureInfo.InvariantCulture, true, true)!.Cast<DictionaryEntry>().Select(text => (string)text.Key);

        // "MudDialog_Close" is said by what begins so: MudDialog, MudDialogProvider.
        var needed = texts.Where(text => used.Any(part => part.StartsWith(text[..text.IndexOf('_', StringComparison.Ordinal)], StringComparison.Ordinal))).ToList();

        Assert.NotEmpty(needed);
        None(needed.Except(Resources.Of(language).Select(entry => entry.Key)));
    }

    [Fact]
    public void A_text_is_asked_for_by_a_literal_and_when_it_is_shown() =>
        None(Resources.Sources().SelectMany(source => Unreadable().Matches(source.Text).Concat(AskedOnce().Matches(source.Text)).Select(match => $"{source.Path}: {match.Value}")));

    // All of them in one message: whoever forgot one text has forgotten more.
    private static void None(IEnumerable<string> found) => Assert.Equal("", string.Join('\n', found));

    // The sources of all parts, as their texts read, and what .NET says of a record's rules.
    private static string SaidElsewhere()
    {
        var rules = new ResourceManager("FxResources.System.ComponentModel.Annotations.SR", typeof(ValidationAttribute).Assembly).GetResourceSet(CultureInfo.InvariantCulture, true, true)!;
        var sources = new[] { "MaaS.Contracts", "MaaS.Catalog", "MaaS.Api", "MaaS.Inference", "MaaS.Engine", "MaaS.Worker", "MaaS.Web" }
            .SelectMany(project => PortalSources.Of("*.cs", project)).Concat(PortalSources.Of("*.razor")).Select(source => Joined().Replace(source.Text, "").Replace("\\\"", "\"", StringComparison.Ordinal));
        return string.Join('\n', sources.Concat(rules.Cast<DictionaryEntry>().Select(rule => (string)rule.Value!)));
    }

    // A variable, or a string with holes, is a text that no test can look up.
    [GeneratedRegex("(?<![.\\w])(Texts\\.)?T\\[(?!\\]|\\s*\")[^\\n]*")]
    private static partial Regex Unreadable();

    // What is static is filled for whoever comes first, in their language.
    [GeneratedRegex("static (readonly [^;=]+|[^;={]+\\{ get; \\}\\s*)=(?!>)[^;]*\\bT\\[[^;]*;")]
    private static partial Regex AskedOnce();

    [GeneratedRegex("<(Mud[A-Za-z]+)")]
    private static partial Regex MudPart();

    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Joined();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
