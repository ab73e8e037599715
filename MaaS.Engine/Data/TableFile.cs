// A table in a file, one row of text cells at a time, whatever the format. Knows nothing of types or statistics.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

internal abstract class TableFile(ReadingOptions reading, IReadOnlyList<string> names, IReadOnlyList<string> warnings) : IDisposable
{
    public const int MaxColumns = 2_000;
    private const int MaxNameLength = 200;

    /// <summary>How the file is read: what the caller said, and what was detected where nothing was said.</summary>
    public ReadingOptions Reading { get; } = reading;

    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>What was found on opening and is worth a sentence.</summary>
    public IReadOnlyList<string> Warnings { get; } = warnings;

    /// <summary>Decimal comma: the convention wherever cells are divided by semicolons.</summary>
    public bool DecimalComma => Reading.Delimiter == ";";

    /// <summary>Where the current row is, for messages: "Line 17".</summary>
    public abstract string Place { get; }

    /// <summary>How much of the file has been read, 0 to 1.</summary>
    public abstract double Fraction { get; }

    /// <exception cref="UserError">The file is broken here.</exception>
    public abstract bool NextRow();

    /// <summary>The cell without the blanks around it; valid until the next call.</summary>
    public abstract ReadOnlySpan<char> Cell(int column);

    public abstract void Dispose();

    /// <param name="path">A file the caller has checked to exist.</param>
    /// <param name="name">As it was uploaded, to tell prose from a table.</param>
    /// <exception cref="UserError">It is not a table, or cannot be read as <paramref name="reading"/> says.</exception>
    public static TableFile Open(string path, ReadingOptions reading, string? name = null) => (reading.Format ?? TextFile.Format(path, name)) switch
    {
        DatasetFormat.Parquet => ParquetTable.Open(path, reading),
        DatasetFormat.PlainText => PlainTextTable.Open(path, reading),
        DatasetFormat.JsonLines => JsonLinesTable.Open(path, reading),
        DatasetFormat.ImageFolders or DatasetFormat.Idx => throw new UserError("The file holds images, not a table; train an image model on it."),
        _ => CsvTable.Open(path, reading),
    };

    /// <summary>Refuses names a table cannot have; gives nameless columns one.</summary>
    protected static (IReadOnlyList<string> Names, IReadOnlyList<string> Warnings) Check(IReadOnlyList<string> names)
    {
        if (names.Count > MaxColumns)
            throw new UserError($"The file has {names.Count:N0} columns; at most {MaxColumns:N0} are allowed.");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var warnings = new List<string>();
        var named = new string[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            named[i] = names[i].Trim();
            if (named[i].Length == 0)
            {
                named[i] = Nameless(i);
                warnings.Add($"Column {i + 1} has no name; it is called {named[i]}.");
            }
            if (named[i].Length > MaxNameLength || named[i].Any(char.IsControl))
                throw new UserError(
                    $"The name of column {i + 1} is {named[i].Length:N0} characters; a name has at most {MaxNameLength}, on one line. " +
                    "Perhaps the file has no header row.");
            if (!seen.TryAdd(named[i], i))
                throw new UserError(
                    $"The column name \"{named[i]}\" appears twice, as columns {seen[named[i]] + 1} and {i + 1}; every column needs its own name.");
        }
        return (named, warnings);
    }

    protected static string Nameless(int column) => $"column_{column + 1}";
}
