// A file into memory for training, with exactly the reading and the types its profile settled.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

public static class TableReader
{
    /// <param name="path">The dataset version's file.</param>
    /// <param name="profile">What the profile job found; nothing is detected again.</param>
    /// <param name="columns">The columns wanted, or null for all; the table keeps the file's order.</param>
    /// <param name="types">Types that replace the profile's: a class label of 0 and 1 is read as a category, for example,
    /// and a test file with the types of its training file.</param>
    /// <exception cref="UserError">A column is not there, a cell does not fit its type, or the file is broken.</exception>
    public static Table Read(
        string path,
        DatasetProfile profile,
        IReadOnlyCollection<string>? columns = null,
        IReadOnlyDictionary<string, ColumnType>? types = null,
        CancellationToken token = default)
    {
        using var file = TableFile.Open(path, profile.Reading);
        foreach (var wanted in columns ?? [])
            if (!file.Names.Contains(wanted, StringComparer.Ordinal))
                throw new UserError($"There is no column \"{wanted}\". The columns are {string.Join(", ", file.Names)}.");

        var missing = new MissingTexts(file.Reading.Missing);
        var builders = new List<(int Index, ColumnBuilder Builder)>();
        for (var i = 0; i < file.Names.Count; i++)
        {
            var name = file.Names[i];
            if (columns is not null && !columns.Contains(name, StringComparer.Ordinal))
                continue;
            var type = types is not null && types.TryGetValue(name, out var other)
                ? other
                : profile.Columns.First(column => column.Name == name).Type;
            builders.Add((i, ColumnBuilder.Of(name, type, file.DecimalComma, profile.RowCount)));
        }

        for (long row = 0; file.NextRow(); row++)
        {
            if (row % 4096 == 0)
                token.ThrowIfCancellationRequested();
            foreach (var (index, builder) in builders)
            {
                var cell = file.Cell(index);
                if (missing.Contains(cell))
                    builder.AddMissing();
                else if (!builder.TryAdd(cell))
                    throw DoesNotFit(file.Place, builder.Name, cell, builder.Type);
            }
        }
        return new Table(builders.ConvertAll(column => column.Builder.Build()));
    }

    internal static UserError DoesNotFit(string place, string column, ReadOnlySpan<char> cell, ColumnType type) => new(
        $"{place}, column {column}: {Unfit(cell, type)}. Mend the cell, name it among the missing values, or choose another type.");

    internal static string Unfit(ReadOnlySpan<char> cell, ColumnType type)
    {
        var shown = cell.Length > 60 ? $"{cell[..60]}..." : cell.ToString();
        var wanted = type switch
        {
            ColumnType.Boolean => "true or false",
            ColumnType.Date => "a date such as 2024-03-01",
            ColumnType.Integer => "a whole number",
            _ => "a number",
        };
        return $"\"{shown}\" is not {wanted}";
    }
}
