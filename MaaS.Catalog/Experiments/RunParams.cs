// Settings as the flat names and texts a run keeps and a comparison lines up: optimizer.learning_rate = 0.001.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Training;

namespace MaaS.Catalog.Experiments;

public static class RunParams
{
    /// <summary>Every setting that is not null; a list is one value, in JSON.</summary>
    public static Dictionary<string, string> Of(TrainingSpec training) => Of(JsonSerializer.SerializeToElement(training, MaaSJson.Options));

    /// <summary>The same of a compression; of a recipe, its steps in words: <c>step_1</c> = <c>static int8 (min-max, …)</c>.</summary>
    public static Dictionary<string, string> Of(CompressionPlan plan) => plan is not RecipePlan recipe
        ? Of(JsonSerializer.SerializeToElement(plan, MaaSJson.Options))
        : recipe.Steps.Select((step, place) => (Name: $"step_{place + 1}", Words: StepWords.Of(step))).ToDictionary(step => step.Name, step => step.Words, StringComparer.Ordinal);

    private static Dictionary<string, string> Of(JsonElement settings)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        Flatten(settings, "", flat);
        return flat;
    }

    private static void Flatten(JsonElement element, string name, Dictionary<string, string> flat)
    {
        if (element.ValueKind == JsonValueKind.Object)
            foreach (var member in element.EnumerateObject())
                Flatten(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}", flat);
        else if (element.ValueKind != JsonValueKind.Null)
            flat[name] = element.ToString();
    }
}
