// Which cell texts mean "no value".
using System.Collections.Frozen;

namespace MaaS.Engine.Data;

internal sealed class MissingTexts
{
    /// <summary>What the usual tools write for "nothing", where the user names nothing else; any letter case.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["?", "NA", "N/A", "#N/A", "NaN", "null"];

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts;
    private readonly bool[] _opening = new bool[128];
    private readonly int _longest;

    public MissingTexts(IReadOnlyList<string>? texts)
    {
        var trimmed = (texts ?? Usual).Select(text => text.Trim()).Where(text => text.Length > 0).ToArray();
        _texts = trimmed.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = trimmed.Length == 0 ? 0 : trimmed.Max(text => text.Length);
        foreach (var first in trimmed.Select(text => text[0]))
        {
            _opening[Math.Min(char.ToLowerInvariant(first), (char)127)] = true;
            _opening[Math.Min(char.ToUpperInvariant(first), (char)127)] = true;
        }
    }

    /// <summary>Most cells are told from their first letter or their length alone.</summary>
    public bool Contains(ReadOnlySpan<char> cell) =>
        cell.IsEmpty || (cell.Length <= _longest && _opening[Math.Min(cell[0], (char)127)] && _texts.Contains(cell));
}
