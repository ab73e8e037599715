// One JSON value into one place of a column, by the column's kind; or a sentence that says why not.
using System.Globalization;
using System.Text.Json;
using MaaS.Contracts.Datasets;

namespace MaaS.Inference;

internal static class RequestValue
{
    private const double LargestExactInteger = 1L << 53;
    private static readonly long s_firstDay = -new DateOnly(1970, 1, 1).DayNumber;
    private static readonly long s_lastDay = s_firstDay + DateOnly.MaxValue.DayNumber;

    /// <summary>Null when the value is stored; a missing value leaves the place as it is.</summary>
    public static string? Put(JsonElement value, ColumnType kind, Array column, int row)
    {
        if (IsMissing(value))
            return null;
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return $"{(value.ValueKind == JsonValueKind.Object ? "an object" : "a list")} is not {Wanted(kind)}.";
        return kind switch
        {
            ColumnType.Boolean => Boolean(value, (float[])column, row),
            ColumnType.Date => Date(value, (long[])column, row),
            ColumnType.Category or ColumnType.Text => Text(value, (string[])column, row),
            _ => Number(value, kind, (float[])column, row),
        };
    }

    /// <summary>JSON has no NaN, so its name in a string stands for it, as elsewhere in the API.</summary>
    private static bool IsMissing(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ||
        (value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is "" or "NaN" or "nan");

    private static string? Number(JsonElement value, ColumnType kind, float[] column, int row)
    {
        double number;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (!value.TryGetDouble(out number) || !(Math.Abs(number) <= float.MaxValue))
                return $"{Shown(value)} is beyond the range of a 32-bit number (up to 3.4e38).";
        }
        else if (value.ValueKind != JsonValueKind.String || !CellText.TryNumber(value.GetString()!.AsSpan().Trim(), out number))
            return $"{Shown(value)} is not {Wanted(kind)}.";
        if (kind == ColumnType.Integer && Math.Abs(number) > LargestExactInteger)
            return $"{Shown(value)} is beyond the whole numbers that can be told apart (up to 9,007,199,254,740,992).";
        column[row] = (float)number;
        return null;
    }

    private static string? Boolean(JsonElement value, float[] column, int row)
    {
        bool? read = value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetDouble(out var number) ? number switch { 1 => true, 0 => false, _ => null } : null,
            _ => CellText.TryBoolean(value.GetString()!.AsSpan().Trim(), out var yes) ? yes : null,
        };
        if (read is null)
            return $"{Shown(value)} is not {Wanted(ColumnType.Boolean)}.";
        column[row] = read.Value ? 1 : 0;
        return null;
    }

    private static string? Date(JsonElement value, long[] column, int row)
    {
        long day = 0;
        var read = value.ValueKind switch
        {
            JsonValueKind.String => CellText.TryDay(value.GetString()!.AsSpan().Trim(), out day),
            JsonValueKind.Number => value.TryGetInt64(out day) && day >= s_firstDay && day <= s_lastDay,
            _ => false,
        };
        if (!read)
            return $"{Shown(value)} is not {Wanted(ColumnType.Date)}.";
        column[row] = day;
        return null;
    }

    /// <summary>A number or a boolean is the category of that name: 7 is "7".</summary>
    private static string? Text(JsonElement value, string[] column, int row)
    {
        column[row] = value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : value.GetRawText();
        return null;
    }

    private static string Wanted(ColumnType kind) => kind switch
    {
        ColumnType.Boolean => "true or false (also 1 and 0, yes and no)",
        ColumnType.Date => "a date such as \"2024-03-01\", or whole days since 1970-01-01",
        ColumnType.Category or ColumnType.Text => "a text",
        _ => "a number",
    };

    private static string Shown(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? $"\"{value.GetString()}\"" : value.GetRawText();
        return text.Length <= 60 ? text : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, 60)}...");
    }
}
