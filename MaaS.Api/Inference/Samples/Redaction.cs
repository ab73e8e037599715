// What of a request may be kept: columns by name, texts that are answered only when nothing is redacted. Whatever it does not know it leaves out.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;

namespace MaaS.Api.Inference.Samples;

/// <param name="Keeps">Columns whose values are kept.</param>
/// <param name="KeepsAll">Nothing is redacted.</param>
internal sealed record Redaction(IReadOnlyCollection<string> Keeps, bool KeepsAll)
{
    public const string Mark = "[redacted]";

    // What predict takes of a language model beside the graph's input.
    private static readonly (string Name, bool IsHarmless)[] s_writing = [("prompt", false), ("max_tokens", true), ("temperature", true), ("top_k", true), ("seed", true)];

    /// <summary>Whether a column is the model's: what else a caller sends is neither read by it nor kept, not even its name.</summary>
    public bool Knows(string column, IReadOnlyDictionary<string, bool> columns) => KeepsAll || columns.ContainsKey(column);

    /// <summary>Whether a value is kept, of a row that may have been refused: a text is no number, whatever the column it was sent in.</summary>
    public bool Allows(string column, JsonElement value, IReadOnlyDictionary<string, bool> columns) =>
        KeepsAll || (Allows(column) && (!columns[column] || IsNumbers(value)));

    public static bool IsNumbers(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => true,
        JsonValueKind.Array => value.EnumerateArray().All(IsNumbers),
        _ => false,
    };

    public bool Allows(string column) => KeepsAll || Keeps.Contains(column, StringComparer.Ordinal);

    /// <summary>What a model is asked with, and whether its values are kept when nobody says what is to be redacted: single numbers, and yes or no.</summary>
    public static IEnumerable<(string Name, bool IsHarmless)> Columns(ModelManifest manifest) =>
        manifest.Inputs.Select(input => (input.Name, IsHarmless(input))).Concat(manifest.Task == ModelTask.LanguageModel ? s_writing : []);

    private static bool IsHarmless(ModelInput input) => input.Kind is ColumnType.Number or ColumnType.Integer or ColumnType.Boolean
        && input.Type != TensorType.String && input.Shape.Skip(1).All(size => size == 1);
}
