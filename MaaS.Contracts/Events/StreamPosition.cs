// The id of an event: how far each topic of its stream had been told, "job:<id>=1f0c9a;metrics:<run>=4294967301". It says everything, so
// whichever server is asked next goes on from there, with these topics or with others.
using System.Globalization;
using System.Text;

namespace MaaS.Contracts.Events;

public sealed class StreamPosition
{
    private readonly Dictionary<Topic, string> _of = [];

    /// <returns>Null when it has not been told anything.</returns>
    public string? this[Topic topic]
    {
        get => _of.GetValueOrDefault(topic.Whole);
        set
        {
            if (value is null) _of.Remove(topic.Whole);
            else _of[topic.Whole] = value;
        }
    }

    /// <summary>The number up to which a numbered topic has been told; 0 at its beginning.</summary>
    public long NumberOf(Topic topic) => this[topic] is { } number ? long.Parse(number, CultureInfo.InvariantCulture) : 0;

    /// <returns>False when no event can have had this id.</returns>
    public static bool TryParse(string text, out StreamPosition position)
    {
        position = new();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var name, { Length: > 0 and <= 20 } value] || !Topic.TryParse(name, out var topic) || topic.Key is not null
                || !value.All(char.IsAsciiLetterOrDigit) || (topic.IsNumbered && !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                return false;
            position[topic] = value;
        }
        return true;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (topic, value) in _of)
            text.Append(text.Length > 0 ? ";" : "").Append(topic).Append('=').Append(value);
        return text.ToString();
    }
}
