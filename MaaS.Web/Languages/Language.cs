// The languages there are. To add one: a line here, and resources named by its code (README.md says how).
using System.Globalization;

namespace MaaS.Web.Languages;

/// <param name="Code">A BCP 47 tag, as <c>lang</c> has it; resources are named by it.</param>
/// <param name="Name">In the language itself: whoever looks for it may read no other.</param>
internal sealed record Language(string Code, string Name)
{
    /// <summary>The first is the one the texts are written in.</summary>
    public static IReadOnlyList<Language> All { get; } = [new("en", "English"), new("zh-Hans", "简体中文")];

    public static Language Current => All.FirstOrDefault(language => language.Code == CultureInfo.CurrentUICulture.Name) ?? All[0];

    /// <summary>Where choosing it leads, and back.</summary>
    /// <param name="here">A path of the portal.</param>
    public string Address(string here) => $"/language/{Code}?return={Uri.EscapeDataString(here)}";
}
