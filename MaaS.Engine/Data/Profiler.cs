// Describes a table file in one pass and constant memory: what a profile job runs. Knows nothing of jobs.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

public static class Profiler
{
    private const int PreviewRows = 50;
    private const int PreviewCharacters = 200;
    private const int MostWarnings = 50;

    /// <summary>
    /// The reading, the columns with their types and statistics, and the first rows. Types are inferred from all rows.
    /// Exact: row, missing and value counts, minimum, maximum, mean, standard deviation, and distinct counts up to 10,000
    /// (fewer in tables of more than 100 columns). Estimates: distinct counts beyond (1.6 % standard error), and, in columns of
    /// more than 10,000 numbers, the median and the histogram, from a random sample of 10,000 (fewer in very wide tables).
    /// Distinct values are distinct texts: 1 and 1.0 count as two.
    /// </summary>
    /// <param name="path">The uploaded file.</param>
    /// <param name="reading">What the user said of it; whatever is null is detected.</param>
    /// <param name="progress">Told the share of the file that is done, 0 to 1, at each full percent.</param>
    /// <param name="name">As it was uploaded: an ending like .txt lets prose be prose.</param>
    /// <exception cref="UserError">The file is broken, or is not what <paramref name="reading"/> says; names line and reason.</exception>
    public static DatasetProfile Profile(
        string path, ReadingOptions reading, IProgress<double>? progress = null, CancellationToken token = default, string? name = null)
    {
        if ((reading.Format ?? TextFile.Format(path, name)) is var format && format is DatasetFormat.ImageFolders or DatasetFormat.Idx)
            return ImageProfile.Of(path, format, progress, token);
        using var file = TableFile.Open(path, reading, name);
        var missing = new MissingTexts(file.Reading.Missing);
        var columns = Columns(file);
        var preview = new List<IReadOnlyList<string?>>();
        long rows = 0;
        var reported = 0.0;
        for (; file.NextRow(); rows++)
        {
            if (rows % 1024 == 0)
            {
                token.ThrowIfCancellationRequested();
                if (file.Fraction >= reported + 0.01)
                    progress?.Report(reported = file.Fraction);
            }
            for (var i = 0; i < columns.Length; i++)
            {
                var cell = file.Cell(i);
                if (missing.Contains(cell))
                    columns[i].AddMissing();
                else
                    columns[i].Add(cell);
            }
            if (rows < PreviewRows)
                preview.Add(Preview(file, missing));
        }
        if (rows == 0)
            throw new UserError("The file has column names and no rows. If its only row is data, say that it has no header.");

        var finished = columns.Select(column => column.Finish()).ToList();
        var warnings = file.Warnings
            .Concat(file.Names.Count == 1 && file.Reading.Format == DatasetFormat.Csv ? ["The file has a single column; if that is a surprise, choose another delimiter."] : [])
            .Concat(finished.SelectMany(column => column.Warnings));
        var isText = file.Reading.Format == DatasetFormat.PlainText || (file.Reading.Format == DatasetFormat.JsonLines && file.Names.Contains(Corpus.Field, StringComparer.Ordinal));
        var text = isText ? Corpus.Summarize(path, file.Reading, token) : null;
        progress?.Report(1);
        return new DatasetProfile(
            rows, file.Reading, finished.ConvertAll(column => column.Profile), preview, [.. warnings.Take(MostWarnings)], Text: text);
    }

    private static ColumnProfiler[] Columns(TableFile file)
    {
        var types = file.Reading.Types ?? new Dictionary<string, ColumnType>();
        if (types.Keys.FirstOrDefault(name => !file.Names.Contains(name, StringComparer.Ordinal)) is { } unknown)
            throw new UserError($"A type is given for \"{unknown}\", which is not a column. The columns are {string.Join(", ", file.Names)}.");
        // The widest table allowed must fit in memory too: some 60 bytes per distinct value, 8 per sampled number.
        var distinctLimit = Math.Clamp(1_000_000 / file.Names.Count, 500, 10_000);
        var sampleSize = Math.Clamp(4_000_000 / file.Names.Count, 2_000, 10_000);
        return [.. file.Names.Select(name => new ColumnProfiler(
            name, file, types.TryGetValue(name, out var type) ? type : null, distinctLimit, sampleSize))];
    }

    private static string?[] Preview(TableFile file, MissingTexts missing)
    {
        var row = new string?[file.Names.Count];
        for (var i = 0; i < row.Length; i++)
        {
            var cell = file.Cell(i);
            row[i] = missing.Contains(cell) ? null : cell.Length > PreviewCharacters ? $"{cell[..PreviewCharacters]}..." : cell.ToString();
        }
        return row;
    }
}
