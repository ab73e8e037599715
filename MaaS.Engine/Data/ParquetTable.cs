// A Parquet file as rows of cells. Values are written as text, so that types and statistics follow the same rules as in a CSV.
// Holds one row group at a time; nested and binary columns are left out, with a warning.
using MaaS.Contracts.Datasets;
using Parquet;
using Parquet.Schema;

namespace MaaS.Engine.Data;

internal sealed class ParquetTable : TableFile
{
    private readonly ParquetReader _parquet;
    private readonly DataField[] _fields;
    private readonly ParquetCells[] _cells;
    private readonly long _rows;
    private int _nextGroup;
    private int _groupRows;
    private int _row = -1;
    private long _place;

    private ParquetTable(
        ParquetReader parquet, DataField[] fields, ReadingOptions reading, IReadOnlyList<string> names, IReadOnlyList<string> warnings)
        : base(reading, names, warnings)
    {
        _parquet = parquet;
        _fields = fields;
        _cells = new ParquetCells[fields.Length];
        _rows = parquet.RowGroups.Sum(group => group.RowCount);
    }

    public override string Place => $"Row {_place:N0}";

    public override double Fraction => _rows == 0 ? 1 : (double)_place / _rows;

    public static ParquetTable Open(string path, ReadingOptions asked)
    {
        var parquet = Readable(() => ParquetReader.CreateAsync(path), path);
        var fields = parquet.Schema.Fields.OfType<DataField>().Where(field => !field.IsArray && ParquetCells.CanRead(field)).ToArray();
        if (fields.Length == 0)
            throw new UserError("The Parquet file has no column of numbers, texts, booleans or dates.");
        var (names, warnings) = Check([.. fields.Select(field => field.Name)]);
        var left = parquet.Schema.Fields.Where(field => !fields.Contains(field)).Select(field => field.Name).ToList();
        if (left.Count > 0)
            warnings = [.. warnings, $"Left out, being nested or binary: {string.Join(", ", left)}."];
        var reading = new ReadingOptions(DatasetFormat.Parquet, Missing: asked.Missing ?? MissingTexts.Usual, Types: asked.Types);
        return new ParquetTable(parquet, fields, reading, names, warnings);
    }

    public override bool NextRow()
    {
        while (++_row >= _groupRows)
        {
            if (_nextGroup == _parquet.RowGroupCount)
                return false;
            ReadGroup(_nextGroup++);
            _row = -1;
        }
        _place++;
        return true;
    }

    public override ReadOnlySpan<char> Cell(int column) => _cells[column].Text(_row).Trim();

    // The reader holds nothing but the file; its asynchronous disposal completes at once.
    public override void Dispose() => _parquet.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void ReadGroup(int number)
    {
        using var group = _parquet.OpenRowGroupReader(number);
        _groupRows = checked((int)group.RowCount);
        for (var i = 0; i < _fields.Length; i++)
        {
            var field = _fields[i];
            _cells[i] = Readable(() => ParquetCells.ReadAsync(group, field, _groupRows));
        }
    }

    /// <summary>A job's process has nothing else to do meanwhile, so it waits; a broken file is the user's to mend.</summary>
    private static T Readable<T>(Func<Task<T>> read, string? path = null)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception broken) when (broken is not (OutOfMemoryException or UnauthorizedAccessException or FileNotFoundException))
        {
            // The system's own errors name the file's place on our disk, which says nothing to the user.
            var why = path is not null && broken.Message.Contains(path, StringComparison.Ordinal) ? "its end is not that of a Parquet file" : broken.Message.TrimEnd('.');
            throw new UserError($"The Parquet file cannot be read: {why}.", broken);
        }
    }
}
