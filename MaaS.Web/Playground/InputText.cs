// Between what a person types and what a prediction takes: text to JSON by the input's kind, and back for the first row shown.
// An empty text is a missing value and is left out of the row.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using System.Globalization;
using System.Text.Json;

namespace MaaS.Web.Playground;

internal static class InputText
{
    /// <summary>The sample's value as text; without a sample, the middle of the range or the most frequent category.</summary>
    public static string? Of(ModelInput input, IReadOnlyDictionary<string, JsonElement>? sample)
    {
        if (sample is not null && sample.TryGetValue(input.Name, out var value)) return Of(value);
        if (input.Categories is { Count: > 0 } categories && input.Kind != ColumnType.Items) return categories[0];
        if (input is not { Min: { } min, Max: { } max }) return null;
        return input.Kind switch
        {
            ColumnType.Date => Shared.Dates.FromDays((min + max) / 2),
            ColumnType.Boolean => "false",
            ColumnType.Integer => Math.Round((min + max) / 2).ToString(CultureInfo.InvariantCulture),
            _ => Math.Round((min + max) / 2, 4).ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A list of items as a person writes it: one a line.</summary>
    public static IReadOnlyList<string> Items(string? lines) => lines?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public static Dictionary<string, JsonElement> Row(IEnumerable<ModelInput> inputs, IReadOnlyDictionary<string, string?> values)
    {
        var row = new Dictionary<string, JsonElement>();
        foreach (var input in inputs)
            if (values.GetValueOrDefault(input.Name) is { Length: > 0 } text) row[input.Name] = Json(input.Kind, text);
        return row;
    }

    // What is not of its kind goes on as text: the API says so in a sentence that names the column.
    private static JsonElement Json(ColumnType kind, string text) => kind switch
    {
        ColumnType.Number or ColumnType.Integer when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
            JsonSerializer.SerializeToElement(number),
        ColumnType.Items => JsonSerializer.SerializeToElement(Items(text)),
        ColumnType.Boolean when bool.TryParse(text, out var truth) => JsonSerializer.SerializeToElement(truth),
        _ => JsonSerializer.SerializeToElement(text),
    };

    private static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => string.Join('\n', value.EnumerateArray().Select(Of)),
        _ => value.GetRawText(),
    };
}
