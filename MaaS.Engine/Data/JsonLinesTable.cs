// JSON Lines (https://jsonlines.org) as a table: one object a line, a column for each name any of them has. Lists and objects within
// are shown as JSON. The file is read twice: names can appear on its last line.
using System.Text.Json;
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

internal sealed class JsonLinesTable : TableFile
{
    private readonly Lines _lines;
    private readonly string?[] _cells;
    private readonly Dictionary<string, int> _indexOf;

    private JsonLinesTable(Lines lines, ReadingOptions reading, IReadOnlyList<string> names, IReadOnlyList<string> warnings) : base(reading, names, warnings)
    {
        _lines = lines;
        _cells = new string?[names.Count];
        _indexOf = names.Select((name, i) => (name, i)).ToDictionary(column => column.name, column => column.i, StringComparer.Ordinal);
    }

    public override string Place => PlaceOf(_lines);

    public override double Fraction => _lines.Fraction;

    public static JsonLinesTable Open(string path, ReadingOptions asked)
    {
        var encoding = TextFile.DetectEncoding(path, asked.Encoding);
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        using (var lines = new Lines(path, encoding))
            while (NextObject(lines) is { } row)
                using (row)
                    foreach (var field in row.RootElement.EnumerateObject())
                        if (Name(field, lines) is var name && known.Add(name))
                            names.Add(name);
        if (names.Count == 0)
            throw new UserError("The file holds no object with a field; JSON Lines has one object like {\"text\": \"...\"} on every line.");
        var (columns, warnings) = Check(names);
        return new JsonLinesTable(
            new Lines(path, encoding), asked with { Format = DatasetFormat.JsonLines, Encoding = encoding.WebName, Delimiter = null, Header = null, Missing = asked.Missing ?? MissingTexts.Usual },
            columns, warnings);
    }

    public override bool NextRow()
    {
        using var row = NextObject(_lines);
        if (row is null)
            return false;
        Array.Clear(_cells);
        foreach (var field in row.RootElement.EnumerateObject())
        {
            var (name, text) = (Name(field, _lines), Text(field.Value, _lines));
            if (text?.Contains('\0') == true)
                throw new UserError($"{Place}, field {name} holds the character U+0000, which no text has and nothing can store; write the file again without it.");
            _cells[_indexOf[name]] = text;
        }
        return true;
    }

    public override ReadOnlySpan<char> Cell(int column) => _cells[column].AsSpan().Trim();

    public override void Dispose() => _lines.Dispose();

    /// <summary>The next line that is not empty, parsed; null at the end.</summary>
    internal static JsonDocument? NextObject(Lines lines)
    {
        while (lines.Next())
        {
            if (lines.IsCut)
                throw new UserError($"Line {lines.Number:N0} is longer than {Lines.MostCharacters:N0} characters; JSON Lines has one object on every line.");
            if (string.IsNullOrWhiteSpace(lines.Current))
                continue;
            try
            {
                var row = JsonDocument.Parse(lines.Current);
                if (row.RootElement.ValueKind == JsonValueKind.Object)
                    return row;
                var kind = row.RootElement.ValueKind;
                row.Dispose();
                throw new UserError($"Line {lines.Number:N0} is a JSON {kind.ToString().ToLowerInvariant()}, not an object; JSON Lines has one object on every line.");
            }
            catch (JsonException broken)
            {
                throw new UserError($"Line {lines.Number:N0} is not JSON: {broken.Message.Split(" Path:")[0].Split(" LineNumber:")[0]}", broken);
            }
        }
        return null;
    }

    internal static string? Text(JsonElement value, Lines lines)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => value.GetString(),
                _ => value.GetRawText(),
            };
        }
        catch (InvalidOperationException broken)
        {
            throw HalfCharacter(lines, broken);
        }
    }

    private static string Name(JsonProperty field, Lines lines)
    {
        try
        {
            return field.Name.Trim();
        }
        catch (InvalidOperationException broken)
        {
            throw HalfCharacter(lines, broken);
        }
    }

    private static UserError HalfCharacter(Lines lines, Exception broken) =>
        new($"{PlaceOf(lines)} holds half of a character (a lone surrogate); a text is whole characters.", broken);

    private static string PlaceOf(Lines lines) => $"Line {lines.Number:N0}";
}
