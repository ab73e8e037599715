// Gathers the cells of one column into its typed array. Knows one cell's text at a time.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

internal abstract class ColumnBuilder(string name, ColumnType type)
{
    public string Name { get; } = name;

    public ColumnType Type { get; } = type;

    public abstract void AddMissing();

    /// <summary>False when the text is not of the column's type.</summary>
    public abstract bool TryAdd(ReadOnlySpan<char> cell);

    public abstract Column Build();

    /// <param name="rows">How many rows are expected: room is made for them once.</param>
    public static ColumnBuilder Of(string name, ColumnType type, bool decimalComma, long rows)
    {
        if (rows > Array.MaxLength)
            throw new UserError($"The table has {rows:N0} rows; training takes at most {Array.MaxLength:N0}.");
        return type switch
        {
            ColumnType.Date => new Dates(name, (int)rows),
            ColumnType.Category => new Categories(name, (int)rows),
            ColumnType.Text => new Texts(name, (int)rows),
            _ => new Numbers(name, type, decimalComma, (int)rows),
        };
    }

    private sealed class Numbers(string name, ColumnType type, bool decimalComma, int rows) : ColumnBuilder(name, type)
    {
        private readonly List<float> _values = new(rows);

        public override void AddMissing() => _values.Add(float.NaN);

        public override bool TryAdd(ReadOnlySpan<char> cell)
        {
            // A column of numbers may be read as the integers or booleans of another file's profile: any number fits an integer.
            if (Type == ColumnType.Boolean && CellText.TryBoolean(cell, out var yes))
                _values.Add(yes ? 1 : 0);
            else if (Type != ColumnType.Boolean && CellText.TryNumber(cell, out var number, decimalComma))
                _values.Add((float)number);
            else
                return false;
            return true;
        }

        public override Column Build() => new NumberColumn(Name, Type, [.. _values]);
    }

    private sealed class Dates(string name, int rows) : ColumnBuilder(name, ColumnType.Date)
    {
        private readonly List<long> _days = new(rows);

        public override void AddMissing() => _days.Add(DateColumn.Missing);

        public override bool TryAdd(ReadOnlySpan<char> cell)
        {
            if (!CellText.TryDay(cell, out var day))
                return false;
            _days.Add(day);
            return true;
        }

        public override Column Build() => new DateColumn(Name, [.. _days]);
    }

    private sealed class Categories : ColumnBuilder
    {
        private readonly List<int> _codes;
        private readonly List<string> _texts = [];
        private readonly Dictionary<string, int> _codeOf = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

        public Categories(string name, int rows) : base(name, ColumnType.Category)
        {
            _codes = new List<int>(rows);
            _lookup = _codeOf.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public override void AddMissing() => _codes.Add(CategoryColumn.Missing);

        public override bool TryAdd(ReadOnlySpan<char> cell)
        {
            if (!_lookup.TryGetValue(cell, out var code))
            {
                code = _texts.Count;
                _texts.Add(cell.ToString());
                _codeOf.Add(_texts[code], code);
            }
            _codes.Add(code);
            return true;
        }

        public override Column Build() => new CategoryColumn(Name, [.. _codes], _texts);
    }

    private sealed class Texts(string name, int rows) : ColumnBuilder(name, ColumnType.Text)
    {
        private readonly List<string?> _values = new(rows);

        public override void AddMissing() => _values.Add(null);

        public override bool TryAdd(ReadOnlySpan<char> cell)
        {
            _values.Add(cell.ToString());
            return true;
        }

        public override Column Build() => new TextColumn(Name, [.. _values]);
    }
}
