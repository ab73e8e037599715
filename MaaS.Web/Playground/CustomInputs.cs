// A model made elsewhere is asked in JSON, input by input: a number, a text, lists of them. An input whose example is too long to be shown
// is sent as the example has it until something is typed.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;

namespace MaaS.Web.Playground;

internal static class CustomInputs
{
    /// <summary>Characters that a person may want to see, and that fit through the circuit.</summary>
    private const int MostShown = 8_000;

    public static IReadOnlyList<ModelInput> Of(ModelManifest manifest) => [.. manifest.Inputs.Select(input => input with { Kind = ColumnType.Text })];

    public static string? First(ModelInput input, IReadOnlyDictionary<string, JsonElement>? sample) =>
        sample?.GetValueOrDefault(input.Name) is { ValueKind: not JsonValueKind.Undefined } value && value.GetRawText() is { Length: <= MostShown } text ? text : null;

    /// <summary>What is no JSON is a text.</summary>
    public static Dictionary<string, JsonElement> Row(IEnumerable<ModelInput> inputs, IReadOnlyDictionary<string, string?> values, IReadOnlyDictionary<string, JsonElement>? sample)
    {
        var row = new Dictionary<string, JsonElement>();
        foreach (var input in inputs)
            if (values.GetValueOrDefault(input.Name) is { Length: > 0 } text)
                row[input.Name] = Json(text);
            else if (sample?.TryGetValue(input.Name, out var example) == true && First(input, sample) is null)
                row[input.Name] = example;
        return row;
    }

    /// <summary>The row as code shows it, without what is too long to paste.</summary>
    public static Dictionary<string, JsonElement> Shown(IReadOnlyDictionary<string, JsonElement> row) =>
        row.ToDictionary(cell => cell.Key, cell => cell.Value.GetRawText().Length <= MostShown ? cell.Value : JsonSerializer.SerializeToElement(T["your numbers here"]));

    public static string Hint(ModelInput input) =>
        T["JSON for {0}[{1}], one row without the first", input.Type.ToString().ToLowerInvariant(), string.Join(", ", input.Shape.Select((size, i) => size >= 0 ? $"{size}" : i == 0 ? T["rows"] : T["any"]))];

    private static JsonElement Json(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
