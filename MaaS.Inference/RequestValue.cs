// One JSON value into one place of a column, by the column's kind; or a sentence that says why not.
using System.Text.Json;
using MaaS.Contracts.Datasets;

namespace MaaS.Inference;

internal static class RequestValue
{
    private static readonly long s_firstDay = -new DateOnly(1970, 1, 1).DayNumber;
    private static readonly long s_lastDay = s_firstDay + DateOnly.MaxValue.DayNumber;

    /// <summary>Null when the value is stored; a missing value leaves the place as it is.</summary>
    public static string? Put(JsonElement value, ColumnType kind, Array column, int row)
    {
        if (!TryText(value, out var text))
            return $"{Shown(value)} is half of a character; a text is whole characters.";
        // JSON has no NaN, so its name in a string stands for it, as elsewhere in the API.
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined || text is "" or "NaN" or "nan")
            return null;
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return $"{(value.ValueKind == JsonValueKind.Object ? "an object" : "a list")} is not {Wanted(kind)}.";
        return kind switch
        {
            ColumnType.Boolean => Boolean(value, text, (float[])column, row),
            ColumnType.Date => Date(value, text, (long[])column, row),
            ColumnType.Category or ColumnType.Text => Category(value, text, (string[])column, row),
            _ => Number(value, text, kind, (float[])column, row),
        };
    }

    /// <summary>A string's text without the blanks around it; null for other values. False for a lone surrogate such as "\ud800".</summary>
    private static bool TryText(JsonElement value, out string? text)
    {
        text = null;
        try
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : null;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string? Number(JsonElement value, string? text, ColumnType kind, float[] column, int row)
    {
        double number;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (!value.TryGetDouble(out number) || !(Math.Abs(number) <= float.MaxValue))
                return $"{Shown(value)} is beyond the range of a 32-bit number (up to 3.4e38).";
        }
        else if (!CellText.TryNumber(text, out number))
            return $"{Shown(value)} is not {Wanted(kind)}.";
        column[row] = (float)number;
        return null;
    }

    private static string? Boolean(JsonElement value, string? text, float[] column, int row)
    {
        bool? read = value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetDouble(out var number) ? number switch { 1 => true, 0 => false, _ => null } : null,
            _ => CellText.TryBoolean(text, out var yes) ? yes : null,
        };
        if (read is null)
            return $"{Shown(value)} is not {Wanted(ColumnType.Boolean)}.";
        column[row] = read.Value ? 1 : 0;
        return null;
    }

    private static string? Date(JsonElement value, string? text, long[] column, int row)
    {
        long day = 0;
        var read = value.ValueKind switch
        {
            JsonValueKind.String => CellText.TryDay(text, out day),
            JsonValueKind.Number => value.TryGetInt64(out day) && day >= s_firstDay && day <= s_lastDay,
            _ => false,
        };
        if (!read)
            return $"{Shown(value)} is not {Wanted(ColumnType.Date)}.";
        column[row] = day;
        return null;
    }

    /// <summary>A number or a boolean is the category of that name: 7 is "7".</summary>
    private static string? Category(JsonElement value, string? text, string[] column, int row)
    {
        column[row] = text ?? value.GetRawText();
        return null;
    }

    private static string Wanted(ColumnType kind) => kind switch
    {
        ColumnType.Boolean => "true or false (also 1 and 0, yes and no)",
        ColumnType.Date => "a date such as \"2024-03-01\", or whole days since 1970-01-01",
        ColumnType.Category or ColumnType.Text => "a text",
        _ => "a number",
    };

    internal static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}...";
    }
}
