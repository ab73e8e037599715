// How a number, a yes or no, and a date are written: one definition for training files and for prediction requests,
// so that the two cannot drift. Pure text to value; knows nothing of files, columns or JSON.
using System.Globalization;

namespace MaaS.Contracts.Datasets;

public static class CellText
{
    private const NumberStyles Numeric = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    // Day-first with dots and month names cannot be misread; 03/04/2024 can, so slashes need the year in front.
    private static readonly string[] s_dates =
        ["yyyy/M/d", "yyyy.M.d", "d.M.yyyy", "d-MMM-yyyy", "d MMM yyyy", "d MMMM yyyy", "MMM d, yyyy", "MMMM d, yyyy"];

    private static readonly int s_unixEpoch = new DateOnly(1970, 1, 1).DayNumber;

    // Powers of ten that a double holds exactly; with a mantissa below 2^53 one division is then correctly rounded.
    private static readonly double[] s_tens = [.. Enumerable.Range(0, 16).Select(power => Math.Pow(10, power))];

    /// <summary>A finite number that a 32-bit float can hold; invariant culture, no thousands separators.</summary>
    /// <param name="decimalComma">Whether 3,14 is a number too, as in files divided by semicolons.</param>
    public static bool TryNumber(ReadOnlySpan<char> text, out double value, bool decimalComma = false)
    {
        if (TryPlain(text, decimalComma, out value))
            return true;
        if (decimalComma && text.Length < 64 && text.Contains(','))
        {
            Span<char> point = stackalloc char[text.Length];
            text.Replace(point, ',', '.');
            return double.TryParse(point, Numeric, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= float.MaxValue;
        }
        return double.TryParse(text, Numeric, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= float.MaxValue;
    }

    /// <summary>The usual case, up to 15 digits without an exponent: some five times faster than <see cref="double"/>'s own.</summary>
    private static bool TryPlain(ReadOnlySpan<char> text, bool decimalComma, out double value)
    {
        value = 0;
        var at = text.Length > 0 && text[0] is '-' ? 1 : 0;
        if (text.Length - at is 0 or > 16)
            return false;
        long mantissa = 0;
        int digits = 0, decimals = -1;
        for (var i = at; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                mantissa = mantissa * 10 + digit;
                digits++;
            }
            else if (decimals < 0 && (text[i] == '.' || (decimalComma && text[i] == ',')))
                decimals = digits;
            else
                return false;
        }
        if (digits is 0 or > 15)
            return false;
        value = decimals < 0 ? mantissa : mantissa / s_tens[digits - decimals];
        if (at == 1)
            value = -value;
        return true;
    }

    /// <summary>true/false, yes/no, t/f, y/n, 1/0, in any letter case.</summary>
    public static bool TryBoolean(ReadOnlySpan<char> text, out bool value)
    {
        value = Is(text, "true") || Is(text, "1") || Is(text, "yes") || Is(text, "t") || Is(text, "y");
        return value || Is(text, "false") || Is(text, "0") || Is(text, "no") || Is(text, "f") || Is(text, "n");

        static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether two texts mean no and yes, in this order.</summary>
    public static bool AreNoAndYes(IReadOnlyList<string> texts) =>
        texts is [var no, var yes] && TryBoolean(no, out var first) && TryBoolean(yes, out var second) && !first && second;

    /// <summary>
    /// Days since 1970-01-01 of an ISO 8601 date or date and time (the calendar day as written; the time of day and the
    /// offset are left out), or of 2024/3/1, 1.3.2024, 1 Mar 2024, March 1, 2024.
    /// </summary>
    public static bool TryDay(ReadOnlySpan<char> text, out long day)
    {
        day = 0;
        if (text.Length < 8 || text.Length > 40)
            return false;
        if (!TryIso(text, out var date) &&
            !DateOnly.TryParseExact(text, s_dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
            return false;
        day = date.DayNumber - s_unixEpoch;
        return true;
    }

    /// <summary>The day as 2024-03-01; a count outside the calendar (years 1 to 9999) as the number itself.</summary>
    public static string Date(long day) => day >= -s_unixEpoch && day <= DateOnly.MaxValue.DayNumber - s_unixEpoch
        ? DateOnly.FromDayNumber((int)(day + s_unixEpoch)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : day.ToString(CultureInfo.InvariantCulture);

    private static bool TryIso(ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' ||
            !DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
            return false;
        return text.Length == 10 || (text[10] is 'T' or 't' or ' ' &&
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _));
    }
}
