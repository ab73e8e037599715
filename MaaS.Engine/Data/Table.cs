// A table in memory, column by column, as training reads it. Knows nothing of files or tensors.
namespace MaaS.Engine.Data;

/// <summary>Named columns of equal length. Immutable once built.</summary>
public sealed class Table
{
    private readonly Dictionary<string, Column> _byName;

    /// <param name="columns">At least one; distinct names, equal lengths.</param>
    public Table(IReadOnlyList<Column> columns)
    {
        Columns = columns;
        RowCount = columns[0].Count;
        _byName = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        if (columns.FirstOrDefault(column => column.Count != RowCount) is { } odd)
            throw new ArgumentException($"Column {odd.Name} has {odd.Count} rows where {columns[0].Name} has {RowCount}.", nameof(columns));
    }

    public int RowCount { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <exception cref="UserError">No column has this name.</exception>
    public Column this[string name] => _byName.TryGetValue(name, out var column)
        ? column
        : throw new UserError($"There is no column \"{name}\". The columns are {string.Join(", ", Columns.Select(known => known.Name))}.");

    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>A new table of these rows, in this order; a row may be named more than once.</summary>
    public Table Select(ReadOnlySpan<int> rows)
    {
        var selected = new Column[Columns.Count];
        for (var i = 0; i < selected.Length; i++)
            selected[i] = Columns[i].Select(rows);
        return new Table(selected);
    }
}
