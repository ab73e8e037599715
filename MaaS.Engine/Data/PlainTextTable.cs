// A plain text as a table of one column, its lines: what a profile shows of it. A language model reads it by Corpus instead.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

internal sealed class PlainTextTable : TableFile
{
    public const string Column = "text";

    private readonly Lines _lines;

    private PlainTextTable(Lines lines, ReadingOptions reading) : base(reading, [Column], []) => _lines = lines;

    public override string Place => $"Line {_lines.Number:N0}";

    public override double Fraction => _lines.Fraction;

    public static PlainTextTable Open(string path, ReadingOptions asked)
    {
        var encoding = TextFile.DetectEncoding(path, asked.Encoding);
        var reading = new ReadingOptions(
            DatasetFormat.PlainText, Encoding: encoding.WebName, Missing: [], Types: new Dictionary<string, ColumnType> { [Column] = ColumnType.Text });
        return new PlainTextTable(new Lines(path, encoding), reading);
    }

    public override bool NextRow() => _lines.Next();

    public override ReadOnlySpan<char> Cell(int column) => _lines.Current.AsSpan().Trim();

    public override void Dispose() => _lines.Dispose();
}
