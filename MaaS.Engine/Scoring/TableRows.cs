// A table file as batches for a model of named columns: tables and texts. Cells become values by the same rules as in training.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Engine.Data;

namespace MaaS.Engine.Scoring;

internal sealed class TableRows : RowSource
{
    private const long ExactIntegers = 1L << 53;

    private readonly TableFile _file;
    private readonly MissingTexts _missing;
    private readonly IReadOnlyList<(int Index, ModelInput Input)> _asked;
    private readonly IReadOnlyList<(int Index, AnswerColumn Column)> _shown;
    private readonly int _batchRows;

    /// <exception cref="UserError">A column that the model reads is not there.</exception>
    public TableRows(DataFile data, ModelManifest model, bool withInputs, int batchRows)
    {
        _file = TableFile.Open(data.Path, data.Profile.Reading, data.Name);
        _missing = new MissingTexts(_file.Reading.Missing);
        _batchRows = batchRows;
        var indexOf = _file.Names.Index().ToDictionary(column => column.Item, column => column.Index, StringComparer.Ordinal);
        if (model.Inputs.FirstOrDefault(input => !indexOf.ContainsKey(input.Name)) is { } absent)
        {
            _file.Dispose();
            throw new UserError($"There is no column \"{absent.Name}\", which the model reads. The columns are {string.Join(", ", _file.Names)}.");
        }
        _asked = [.. model.Inputs.Select(input => (indexOf[input.Name], input))];
        _shown = withInputs ? [.. _file.Names.Select((name, i) => (i, new AnswerColumn(name, TypeOf(data.Profile.Columns.FirstOrDefault(column => column.Name == name)))))] : [];
    }

    public override IReadOnlyList<AnswerColumn> Shown => [.. _shown.Select(shown => shown.Column)];

    public override IEnumerable<RowBatch> Read()
    {
        while (Next() is { } batch)
            yield return batch;
    }

    public override void Dispose() => _file.Dispose();

    private RowBatch? Next()
    {
        var builders = _asked.Select(asked => ColumnBuilder.Of(asked.Input.Name, asked.Input.Kind, _file.DecimalComma, _batchRows)).ToArray();
        var shown = _shown.Select(column => new List<string?>(_batchRows)).ToArray();
        var errors = new List<string?>(_batchRows);
        while (errors.Count < _batchRows && _file.NextRow())
        {
            string? error = null;
            for (var i = 0; i < builders.Length; i++)
            {
                var cell = _file.Cell(_asked[i].Index);
                if (_missing.Contains(cell))
                    builders[i].AddMissing();
                else if (!builders[i].TryAdd(cell))
                {
                    error = error is null ? Misfit(builders[i], cell) : $"{error} {Misfit(builders[i], cell)}";
                    builders[i].AddMissing();
                }
            }
            errors.Add(error);
            for (var i = 0; i < shown.Length; i++)
            {
                var cell = _file.Cell(_shown[i].Index);
                shown[i].Add(_missing.Contains(cell) ? null : cell.ToString());
            }
        }
        return errors.Count == 0 ? null : new RowBatch(
            errors.Count, [.. builders.Select(builder => Values(builder.Build()))], [.. errors], [.. shown.Select((cells, i) => Typed(cells, _shown[i].Column.Type))]);
    }

    private static string Misfit(ColumnBuilder column, ReadOnlySpan<char> cell) => $"{column.Name}: {TableReader.Unfit(cell, column.Type)}.";

    private static Array Values(Column column) => column switch
    {
        NumberColumn numbers => numbers.Values,
        DateColumn dates => dates.Days,
        _ => Enumerable.Range(0, column.Count).Select(row => column.Text(row) ?? "").ToArray(),
    };

    // A whole number beyond 2^53 is told from its neighbours by its text alone.
    private static CellType TypeOf(ColumnProfile? column) => column switch
    {
        { Type: ColumnType.Number } => CellType.Double,
        { Type: ColumnType.Integer, Numbers: { Min: > -ExactIntegers, Max: < ExactIntegers } } => CellType.Integer,
        _ => CellType.Text,
    };

    private Array Typed(List<string?> cells, CellType type) => type switch
    {
        CellType.Double => cells.ConvertAll(cell => CellText.TryNumber(cell, out var number, _file.DecimalComma) ? number : (double?)null).ToArray(),
        CellType.Integer => cells.ConvertAll(cell => CellText.TryNumber(cell, out var number, _file.DecimalComma) ? (long)number : (long?)null).ToArray(),
        _ => cells.ToArray(),
    };
}
