// Which delimiter a CSV uses and whether its first row is a header: judged from the opening of the file.
using MaaS.Contracts.Datasets;
using Sylvan.Data.Csv;

namespace MaaS.Engine.Data;

internal static class CsvDialect
{
    public static IReadOnlyList<char> Delimiters { get; } = [',', ';', '\t', '|'];

    /// <summary>No record may be longer: an unclosed quote would otherwise take the rest of the file into memory.</summary>
    public const int MaxRecordCharacters = 4 << 20;

    public static CsvDataReaderOptions Options(char delimiter, bool quoted = true) => new()
    {
        Delimiter = delimiter,
        Quote = quoted ? '"' : '\0', // which no file has
        HasHeaders = false, // we name the columns ourselves, and want the header's line counted
        Comment = '\0',     // a cell may start with '#'
        BufferSize = 1 << 16,
        MaxBufferSize = MaxRecordCharacters,
    };

    /// <summary>The one that divides the most rows into the same number of cells; more cells on a tie; a comma when none divides.</summary>
    public static char DetectDelimiter(string opening) => Delimiters
        .Select(delimiter => (delimiter, agreement: Agreement(Rows(opening, delimiter))))
        .OrderByDescending(found => found.agreement.Share)
        .ThenByDescending(found => found.agreement.Cells)
        .First().delimiter;

    /// <summary>Whether nearly all rows have as many cells, more than one, by some delimiter. Prose with a comma in every line is rare.</summary>
    public static bool IsTable(string opening) => Delimiters.Any(delimiter => Agreement(Rows(opening, delimiter)) is { Share: >= 0.95 });

    /// <summary>
    /// A header is text above values (numbers, dates) in some column; or, in a table of texts only, a row of distinct texts
    /// none of which comes again below it.
    /// </summary>
    public static bool DetectHeader(string opening, char delimiter, bool quoted, MissingTexts missing)
    {
        var rows = Rows(opening, delimiter, quoted);
        if (rows.Count == 0)
            return true;
        var first = rows[0];
        var below = Enumerable.Range(0, first.Length)
            .Select(column => rows.Skip(1).Where(row => column < row.Length && !missing.Contains(row[column]))
                .Select(row => row[column]).ToList())
            .ToList();
        if (first.Where((cell, column) => IsText(cell) && below[column].Count > 0 && !below[column].Exists(IsText)).Any())
            return true;
        return first.All(IsText)
            && first.Distinct(StringComparer.Ordinal).Count() == first.Length
            && !first.Where((cell, column) => below[column].Contains(cell, StringComparer.Ordinal)).Any();

        bool IsText(string cell) => !missing.Contains(cell) && !CellText.TryNumber(cell, out _) && !CellText.TryDay(cell, out _);
    }

    private static (double Share, int Cells) Agreement(List<string[]> rows)
    {
        var usual = rows.GroupBy(row => row.Length).OrderByDescending(group => group.Count()).FirstOrDefault();
        return usual is null or { Key: 1 } ? (0, 1) : (usual.Count() / (double)rows.Count, usual.Key);
    }

    /// <summary>
    /// Cells are quoted, except where tabs divide them, quotes taken for what they are would break rows, and every row is whole
    /// without: text/tab-separated-values knows no quotes, though many a program writes them.
    /// </summary>
    public static bool DetectQuoted(string opening, char delimiter)
    {
        if (delimiter != '\t' || !opening.Contains('"', StringComparison.Ordinal) || !IsBroken(opening, delimiter))
            return true;
        var rows = Rows(opening, delimiter, quoted: false, most: int.MaxValue);
        return rows.Count < 2 || rows.SkipLast(1).Any(row => row.Length != rows[0].Length); // the last may be cut
    }

    private static bool IsBroken(string opening, char delimiter)
    {
        try
        {
            using var csv = CsvDataReader.Create(new StringReader(opening), Options(delimiter));
            while (csv.Read())
            {
            }
            return false;
        }
        catch (CsvFormatException)
        {
            return true;
        }
    }

    /// <summary>The first rows; one cut by the end of the opening, or broken, ends the list.</summary>
    private static List<string[]> Rows(string opening, char delimiter, bool quoted = true, int most = 100)
    {
        var rows = new List<string[]>();
        try
        {
            using var csv = CsvDataReader.Create(new StringReader(opening), Options(delimiter, quoted));
            while (rows.Count < most && csv.Read())
            {
                var cells = new string[csv.RowFieldCount];
                for (var i = 0; i < cells.Length; i++)
                    cells[i] = csv.GetFieldSpan(i).Trim().ToString();
                if (cells is not [""])
                    rows.Add(cells);
            }
        }
        catch (Exception broken) when (broken is CsvFormatException or CsvRecordTooLargeException)
        {
            // The reader of the whole file says what is wrong and where; here a few good rows are enough.
        }
        return rows;
    }
}
