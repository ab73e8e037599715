// Every shortcut there is, once: the browser listens for these keys, and the help sheet lists these lines.
namespace MaaS.Web.Shortcuts;

/// <param name="Keys">As the browser names them, one after another: <c>g d</c>; <c>mod+k</c> is Ctrl+K, and Cmd+K on a Mac.</param>
/// <param name="Href">Where it leads; null does something instead.</param>
internal sealed record Shortcut(string Keys, string Does, string? Href = null)
{
    public const string Palette = "mod+k";
    public const string Help = "?";
    public const string SearchTable = "/";

    public static IReadOnlyList<Shortcut> All =>
    [
        new(Palette, T["Search everything, or do something"]),
        new(SearchTable, T["Search in the list on this page"]),
        new(Help, T["Show these shortcuts"]),
        .. Place.All.Where(place => place.Key is not null).Select(place => new Shortcut($"g {place.Key}", T["Go to {0}", place.Name], place.Href)),
    ];

    /// <summary>Only this one works while something is typed: it types no character.</summary>
    public bool IsEverywhere => Keys == Palette;

    /// <summary>The keys as they are written on a keyboard.</summary>
    public IEnumerable<string> Caps => Keys == Palette ? ["Ctrl", "K"] : Keys.Split(' ');
}
