// What the playground asks a person for: a model's own inputs, and what can be said beside them for its task.
// It does not know how an input looks on the page.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using System.Text.Json;

namespace MaaS.Web.Playground;

internal static class AskedInputs
{
    /// <param name="sample">A request that works; what it says beyond the model's inputs can be said by a person, too.</param>
    public static IReadOnlyList<ModelInput> Of(ModelManifest manifest, IReadOnlyDictionary<string, JsonElement>? sample)
    {
        // Tokens are made from the prompt, not typed.
        List<ModelInput> asked = [.. manifest.Inputs.Where(input => manifest.Task != ModelTask.LanguageModel || input.Type == TensorType.String || sample?.ContainsKey(input.Name) == true)];
        foreach (var (name, value) in sample ?? new Dictionary<string, JsonElement>())
            Add(Beside(name, Kind(name, value)));
        foreach (var option in Options(manifest))
            Add(option);
        return asked;

        void Add(ModelInput input)
        {
            if (asked.All(known => known.Name != input.Name)) asked.Add(input);
        }
    }

    /// <summary>A word on an input whose name does not say enough.</summary>
    public static string? Hint(string name) => name switch
    {
        "max_tokens" => T["How many pieces of text it writes at most."],
        "temperature" => T["0 always takes the likeliest; 1 as it learned; more is bolder."],
        "top_k" => T["Draws from so many of the likeliest; empty is all."],
        "seed" => T["The same seed writes the same text."],
        "top" => T["How many items to recommend."],
        _ => null,
    };

    /// <summary>What the field shows at first: the sample's value, but how a model is asked to write is left as usual: its sample is a check, not a text.</summary>
    public static string? First(ModelInput input, ModelManifest manifest, IReadOnlyDictionary<string, JsonElement>? sample) =>
        manifest.Task == ModelTask.LanguageModel && input.Kind != ColumnType.Text ? null : InputText.Of(input, sample);

    private static IEnumerable<ModelInput> Options(ModelManifest manifest) => manifest.Task switch
    {
        ModelTask.LanguageModel =>
        [
            Beside("prompt", ColumnType.Text),
            Beside("max_tokens", ColumnType.Integer),
            Beside("temperature", ColumnType.Number),
            Beside("top_k", ColumnType.Integer),
            Beside("seed", ColumnType.Integer),
        ],
        ModelTask.Recommendation => [Beside("top", ColumnType.Integer)],
        _ => [],
    };

    private static ModelInput Beside(string name, ColumnType kind) => new(name, kind, TensorType.String, []);

    private static ColumnType Kind(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when name != "temperature" && value.TryGetInt64(out _) => ColumnType.Integer,
        JsonValueKind.Number => ColumnType.Number,
        JsonValueKind.True or JsonValueKind.False => ColumnType.Boolean,
        JsonValueKind.Array => ColumnType.Items,
        _ => ColumnType.Text,
    };
}
