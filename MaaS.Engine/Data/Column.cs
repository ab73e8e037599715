// The four shapes a column takes in memory, and how each writes "missing".
using System.Globalization;
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

public abstract class Column(string name, ColumnType type)
{
    public string Name { get; } = name;

    public ColumnType Type { get; } = type;

    public abstract int Count { get; }

    public abstract bool IsMissing(int row);

    /// <summary>The value as a person writes it: a number in the shortest form, a date as 2024-03-01; null when missing.</summary>
    public abstract string? Text(int row);

    /// <summary>A new column of these rows, in this order.</summary>
    public abstract Column Select(ReadOnlySpan<int> rows);

    private protected static T[] Pick<T>(T[] values, ReadOnlySpan<int> rows)
    {
        var picked = new T[rows.Length];
        for (var i = 0; i < picked.Length; i++)
            picked[i] = values[rows[i]];
        return picked;
    }
}

/// <summary>
/// Number, integer and boolean (0 or 1) columns; missing is NaN. 32-bit because that is what a model's input is:
/// training then sees exactly what serving will, in half the memory.
/// </summary>
public sealed class NumberColumn(string name, ColumnType type, float[] values) : Column(name, type)
{
    public float[] Values { get; } = values;

    public override int Count => Values.Length;

    public override bool IsMissing(int row) => float.IsNaN(Values[row]);

    public override string? Text(int row) => IsMissing(row) ? null : Values[row].ToString(CultureInfo.InvariantCulture);

    public override Column Select(ReadOnlySpan<int> rows) => new NumberColumn(Name, Type, Pick(Values, rows));
}

/// <summary>Dates as days since 1970-01-01; missing is <see cref="long.MinValue"/>, as in a model's input.</summary>
public sealed class DateColumn(string name, long[] days) : Column(name, ColumnType.Date)
{
    public const long Missing = long.MinValue;

    public long[] Days { get; } = days;

    public override int Count => Days.Length;

    public override bool IsMissing(int row) => Days[row] == Missing;

    public override string? Text(int row) => IsMissing(row) ? null : CellText.Date(Days[row]);

    public override Column Select(ReadOnlySpan<int> rows) => new DateColumn(Name, Pick(Days, rows));
}

/// <summary>Categories as codes into a dictionary; missing is -1. The dictionary is in order of first appearance in the file.</summary>
public sealed class CategoryColumn(string name, int[] codes, IReadOnlyList<string> categories) : Column(name, ColumnType.Category)
{
    public const int Missing = -1;

    public int[] Codes { get; } = codes;

    /// <summary>Text of each code; after <see cref="Select"/> some may no longer occur.</summary>
    public IReadOnlyList<string> Categories { get; } = categories;

    public override int Count => Codes.Length;

    public override bool IsMissing(int row) => Codes[row] == Missing;

    public override string? Text(int row) => IsMissing(row) ? null : Categories[Codes[row]];

    public override Column Select(ReadOnlySpan<int> rows) => new CategoryColumn(Name, Pick(Codes, rows), Categories);
}

/// <summary>Free text; missing is null.</summary>
public sealed class TextColumn(string name, string?[] values) : Column(name, ColumnType.Text)
{
    public string?[] Values { get; } = values;

    public override int Count => Values.Length;

    public override bool IsMissing(int row) => Values[row] is null;

    public override string? Text(int row) => Values[row];

    public override Column Select(ReadOnlySpan<int> rows) => new TextColumn(Name, Pick(Values, rows));
}
