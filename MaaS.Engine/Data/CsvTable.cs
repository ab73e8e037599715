// A CSV as rows of cells. Every row has as many cells as the first; anything else is refused, naming the line.
using System.Text;
using MaaS.Contracts.Datasets;
using Sylvan.Data.Csv;

namespace MaaS.Engine.Data;

internal sealed class CsvTable : TableFile
{
    private const int OpeningCharacters = 1 << 18;

    private readonly FileStream _file;
    private readonly CsvDataReader _csv;
    private long _line = 1;
    private long _nextLine = 1;

    private CsvTable(FileStream file, CsvDataReader csv, ReadingOptions reading, IReadOnlyList<string> names, IReadOnlyList<string> warnings)
        : base(reading, names, warnings) => (_file, _csv) = (file, csv);

    public override string Place => $"Line {_line:N0}";

    public override double Fraction => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    public static CsvTable Open(string path, ReadingOptions asked)
    {
        if (asked.Delimiter is { } given && (given.Length != 1 || !CsvDialect.Delimiters.Contains(given[0])))
            throw new UserError($"The delimiter \"{given}\" is not one of comma, semicolon, tab and |.");
        var encoding = TextFile.DetectEncoding(path, asked.Encoding);
        var opening = Opening(path, encoding);
        var delimiter = asked.Delimiter?[0] ?? CsvDialect.DetectDelimiter(opening);
        var quoted = asked.Quoted ?? CsvDialect.DetectQuoted(opening, delimiter);
        var header = asked.Header ?? CsvDialect.DetectHeader(opening, delimiter, quoted, new MissingTexts(asked.Missing));
        var reading = asked with
        {
            Format = DatasetFormat.Csv,
            Delimiter = delimiter.ToString(),
            Header = header,
            Encoding = encoding.WebName,
            Missing = asked.Missing ?? MissingTexts.Usual,
            Quoted = quoted,
        };

        var (names, warnings) = Check(FirstRow(opening, delimiter, quoted, header));
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var csv = CsvDataReader.Create(TextFile.Open(file, encoding), CsvDialect.Options(delimiter, quoted));
        var table = new CsvTable(file, csv, reading, names, warnings);
        if (header)
            table.NextRow();
        return table;
    }

    public override bool NextRow()
    {
        while (Advance())
        {
            _line = _nextLine;
            var record = _csv.GetRawRecordSpan();
            if (record.Contains('\0'))
                throw new UserError($"{Place} holds the character U+0000, which no text has and nothing can store; save the file again without it.");
            var ends = record.Count('\n');
            _nextLine += ends > 0 ? ends : record.Count('\r');
            if (_csv.RowFieldCount == Names.Count && (Names.Count > 1 || _csv.GetFieldSpan(0).Length > 0))
                return true;
            if (_csv.RowFieldCount > 1 || _csv.GetFieldSpan(0).Length > 0)
                throw new UserError(
                    $"{Place} has {_csv.RowFieldCount:N0} {(_csv.RowFieldCount == 1 ? "cell" : "cells")} where the first row has {Names.Count:N0}; " +
                    "every row needs one cell for every column. A cell that holds the delimiter must be in double quotes.");
        }
        return false;
    }

    public override ReadOnlySpan<char> Cell(int column) => _csv.GetFieldSpan(column).Trim();

    public override void Dispose()
    {
        _csv.Dispose();
        _file.Dispose();
    }

    private bool Advance()
    {
        try
        {
            return _csv.Read();
        }
        catch (CsvInvalidCharacterException broken)
        {
            throw new UserError(
                $"The quotes of the row that begins on line {_nextLine:N0} are broken: a quoted cell must end with a double quote, " +
                "and a double quote inside it is written twice. If quotes are part of the text here, say that cells are not quoted.", broken);
        }
        catch (CsvRecordTooLargeException broken)
        {
            throw new UserError(
                $"The row that begins on line {_nextLine:N0} is longer than {CsvDialect.MaxRecordCharacters:N0} characters; " +
                "often a double quote was opened and never closed.", broken);
        }
        catch (DecoderFallbackException broken)
        {
            throw new UserError($"Somewhere after line {_nextLine:N0} the file is not valid {Reading.Encoding}.", broken);
        }
    }

    private static string Opening(string path, Encoding encoding)
    {
        using var file = File.OpenRead(path);
        using var text = TextFile.Open(file, encoding);
        var buffer = new char[OpeningCharacters];
        try
        {
            return new string(buffer, 0, text.ReadBlock(buffer, 0, buffer.Length));
        }
        catch (DecoderFallbackException broken)
        {
            throw new UserError($"The file is not valid {encoding.WebName}. Choose its own encoding, or none to have it detected.", broken);
        }
    }

    private static string[] FirstRow(string opening, char delimiter, bool quoted, bool header)
    {
        using var csv = CsvDataReader.Create(new StringReader(opening), CsvDialect.Options(delimiter, quoted));
        while (ReadFirst(csv))
        {
            var names = new string[csv.RowFieldCount];
            for (var i = 0; i < names.Length; i++)
                names[i] = header ? csv.GetFieldSpan(i).ToString() : Nameless(i);
            if (names.Length > 1 || csv.GetFieldSpan(0).Length > 0)
                return names;
        }
        throw new UserError("The file holds nothing but empty lines.");
    }

    private static bool ReadFirst(CsvDataReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (Exception broken) when (broken is CsvFormatException or CsvRecordTooLargeException)
        {
            throw new UserError(
                "The first row cannot be read: a quoted cell must end with a double quote, and a row has at most " +
                $"{OpeningCharacters:N0} characters.", broken);
        }
    }
}
