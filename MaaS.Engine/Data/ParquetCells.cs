// One column of one Parquet row group, its values written as text.
using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace MaaS.Engine.Data;

internal abstract class ParquetCells
{
    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, int, Task<ParquetCells>>> s_readers = new()
    {
        [typeof(sbyte)] = Values<sbyte>,
        [typeof(byte)] = Values<byte>,
        [typeof(short)] = Values<short>,
        [typeof(ushort)] = Values<ushort>,
        [typeof(int)] = Values<int>,
        [typeof(uint)] = Values<uint>,
        [typeof(long)] = Values<long>,
        [typeof(ulong)] = Values<ulong>,
        [typeof(float)] = Values<float>,
        [typeof(double)] = Values<double>,
        [typeof(decimal)] = Values<decimal>,
        [typeof(DateTime)] = Values<DateTime>,
        [typeof(bool)] = Booleans,
        [typeof(string)] = Texts,
        [typeof(ReadOnlyMemory<char>)] = Texts,
    };

    /// <summary>Empty when missing; valid until the next call.</summary>
    public abstract ReadOnlySpan<char> Text(int row);

    public static bool CanRead(DataField field) => s_readers.ContainsKey(field.ClrType);

    public static Task<ParquetCells> ReadAsync(ParquetRowGroupReader group, DataField field, int rows) =>
        s_readers[field.ClrType](group, field, rows);

    private static async Task<ParquetCells> Values<T>(ParquetRowGroupReader group, DataField field, int rows)
        where T : struct, ISpanFormattable
    {
        var values = new T?[rows];
        await group.ReadAsync<T>(field, values.AsMemory());
        return new ValueCells<T>(values);
    }

    private static async Task<ParquetCells> Booleans(ParquetRowGroupReader group, DataField field, int rows)
    {
        var values = new bool?[rows];
        await group.ReadAsync<bool>(field, values.AsMemory());
        return new TextCells(Array.ConvertAll(values, value => value switch { true => "true", false => "false", null => null }));
    }

    private static async Task<ParquetCells> Texts(ParquetRowGroupReader group, DataField field, int rows)
    {
        var values = new string?[rows];
        await group.ReadAsync(field, values.AsMemory()!);
        if (Array.Exists(values, text => text is not null && text.Contains('\0')))
            throw new InvalidDataException($"a text of column {field.Name} holds the character U+0000, which no text has and nothing can store");
        return new TextCells(values);
    }

    private sealed class ValueCells<T>(T?[] values) : ParquetCells where T : struct, ISpanFormattable
    {
        private readonly char[] _text = new char[64];

        public override ReadOnlySpan<char> Text(int row)
        {
            if (values[row] is not { } value)
                return default;
            var format = typeof(T) == typeof(DateTime) ? "yyyy-MM-dd" : default;
            value.TryFormat(_text, out var length, format, CultureInfo.InvariantCulture);
            return _text.AsSpan(0, length);
        }
    }

    private sealed class TextCells(string?[] values) : ParquetCells
    {
        public override ReadOnlySpan<char> Text(int row) => values[row];
    }
}
