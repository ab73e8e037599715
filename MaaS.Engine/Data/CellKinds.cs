// What one cell's text could be. A column is the kinds that all its cells share. Knows nothing of columns.
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

[Flags]
internal enum CellKinds
{
    None = 0,
    Integer = 1,
    Number = 2,
    /// <summary>A number written like 007: a code (postal, article) rather than a quantity, unless the user says otherwise.</summary>
    ZeroPadded = 4,
    Date = 8,
    /// <summary>03/04/2024: a date whose day and month cannot be told apart.</summary>
    UnclearDate = 16,
    // Each way of writing a boolean by itself: a column that mixes them is not one.
    ZeroOne = 32,
    TrueFalse = 64,
    YesNo = 128,
    T_F = 256,
    Y_N = 512,
    AnyNumber = Integer | Number | ZeroPadded,
    AnyBoolean = ZeroOne | TrueFalse | YesNo | T_F | Y_N,
    All = AnyNumber | Date | UnclearDate | AnyBoolean,
}

internal static class Cell
{
    private const double LargestExactInteger = 1L << 53;

    /// <summary>The kinds a text may be, and its value: the number, the day since 1970-01-01, or 1 and 0 for true and false.</summary>
    /// <param name="open">Kinds still open for the column; others need not be looked for. Numbers always are.</param>
    public static (CellKinds Kinds, double Value) Classify(ReadOnlySpan<char> text, bool decimalComma, CellKinds open)
    {
        if (CouldBeNumber(text[0]) && CellText.TryNumber(text, out var number, decimalComma))
            return (OfNumber(text, number), number);
        if ((open & CellKinds.AnyBoolean) != 0 && text.Length <= 5 && CellText.TryBoolean(text, out var yes))
            return (OfBoolean(text), yes ? 1 : 0);
        if ((open & CellKinds.Date) != 0 && CellText.TryDay(text, out var day))
            return (CellKinds.Date, day);
        return ((open & CellKinds.UnclearDate) != 0 && IsUnclearDate(text) ? CellKinds.UnclearDate : CellKinds.None, 0);
    }

    private static bool CouldBeNumber(char first) => char.IsAsciiDigit(first) || first is '-' or '+' or '.' or ',';

    private static CellKinds OfNumber(ReadOnlySpan<char> text, double number)
    {
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        if (digits.ContainsAnyExceptInRange('0', '9'))
            return CellKinds.Number;
        if (digits.Length > 1 && digits[0] == '0')
            return CellKinds.ZeroPadded;
        var whole = Math.Abs(number) <= LargestExactInteger ? CellKinds.Integer | CellKinds.Number : CellKinds.Number;
        return text is "0" or "1" ? whole | CellKinds.ZeroOne : whole;
    }

    private static CellKinds OfBoolean(ReadOnlySpan<char> text) => text.Length switch
    {
        1 => (text[0] | 0x20) is 't' or 'f' ? CellKinds.T_F : CellKinds.Y_N,
        2 or 3 => CellKinds.YesNo,
        _ => CellKinds.TrueFalse,
    };

    private static bool IsUnclearDate(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[4];
        return text.Length is >= 8 and <= 10 && text.Split(parts, '/') == 3
            && int.TryParse(text[parts[0]], out var first) && int.TryParse(text[parts[1]], out var second)
            && first is >= 1 and <= 31 && second is >= 1 and <= 31 && text[parts[2]].Length == 4 && int.TryParse(text[parts[2]], out _);
    }
}
