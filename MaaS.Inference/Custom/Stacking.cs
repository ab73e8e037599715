// Whether a graph made elsewhere treats its rows one by one. Its shapes cannot say: a graph that centres its input over the batch looks like
// one that does not. So two rows are asked alone and together; a graph whose way depends on its data is not trusted by a trial.
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Contracts.Inference;

namespace MaaS.Inference.Custom;

internal static class Stacking
{
    /// <param name="ask">The graph; a value with one more dimension than a row has is a stack of rows.</param>
    public static bool IsSafe(
        IReadOnlyDictionary<string, JsonElement> one, IReadOnlyDictionary<string, JsonElement> other,
        Func<IReadOnlyDictionary<string, JsonElement>, Prediction> ask, Func<float, float, bool> near)
    {
        try
        {
            var (first, second) = (ask(one).Outputs!, ask(other).Outputs!);
            var both = ask(one.ToDictionary(input => input.Key, input => Stack(input.Value, other[input.Key]))).Outputs!;
            return both.All(output => output.Value is { ValueKind: JsonValueKind.Array } stack && stack.GetArrayLength() == 2
                && NestedList.Same(stack[0], first[output.Key], near) && NestedList.Same(stack[1], second[output.Key], near));
        }
        catch (InputError)
        {
            return false;
        }
    }

    private static JsonElement Stack(JsonElement one, JsonElement other) =>
        JsonSerializer.SerializeToElement(new JsonArray(JsonNode.Parse(one.GetRawText()), JsonNode.Parse(other.GetRawText())));
}
