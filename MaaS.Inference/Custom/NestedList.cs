// A tensor as lists in lists: read from JSON with its shape, and written back.
using System.Text.Json;
using MaaS.Contracts.Models;

namespace MaaS.Inference.Custom;

internal static class NestedList
{
    /// <returns>The elements row by row and the shape, or what is wrong and where: <c>[2][0]: "abc" is not a number.</c></returns>
    public static (Array? Elements, long[] Shape, string? Problem) Read(JsonElement value, TensorType type)
    {
        var shape = new List<int>();
        for (var inner = value; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
            if (shape[^1] == 0)
                break;
        }
        // What is not as long as its first neighbours is found while reading; until then the product is only a guess at the room needed.
        var count = shape.Aggregate(1L, (product, size) => Math.Min(int.MaxValue, product * size));
        if (count > value.GetRawText().Length)
            return (null, [], ": the lists in it are not equally long.");
        var elements = Array.CreateInstance(Elements.Clr(type), (int)count);
        var next = 0;
        var problem = Read(value, 0);
        return (elements, [.. shape.Select(size => (long)size)], problem);

        string? Read(JsonElement part, int depth)
        {
            if (depth == shape.Count)
                return Elements.Put(part, type, elements, next++) is { } wanted ? $": {Shown(part)} is not {wanted}." : null;
            if (part.ValueKind != JsonValueKind.Array || part.GetArrayLength() != shape[depth])
                return $": {Shown(part)} is not a list of {shape[depth]}, as its first neighbour is.";
            var index = 0;
            foreach (var inner in part.EnumerateArray())
            {
                if (Read(inner, depth + 1) is { } found)
                    return $"[{index}]{found}";
                index++;
            }
            return null;
        }
    }

    public static JsonElement Write(TensorType type, Array elements, ReadOnlySpan<long> shape)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            var next = 0;
            Write(json, type, elements, shape, ref next);
        }
        using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        return document.RootElement.Clone();
    }

    /// <summary>Whether two are the same, their numbers as far as <paramref name="near"/> says.</summary>
    public static bool Same(JsonElement one, JsonElement other, Func<float, float, bool> near) => one.ValueKind == JsonValueKind.Array
        ? other.ValueKind == JsonValueKind.Array && one.GetArrayLength() == other.GetArrayLength()
            && one.EnumerateArray().Zip(other.EnumerateArray(), (left, right) => Same(left, right, near)).All(same => same)
        : one.ValueKind == JsonValueKind.Number && other.ValueKind == JsonValueKind.Number
            ? near((float)one.GetDouble(), (float)other.GetDouble()) : JsonElement.DeepEquals(one, other);

    private static void Write(Utf8JsonWriter json, TensorType type, Array elements, ReadOnlySpan<long> shape, ref int next)
    {
        if (shape.IsEmpty)
        {
            Elements.Write(json, type, elements, next++);
            return;
        }
        json.WriteStartArray();
        for (var i = 0; i < shape[0]; i++)
            Write(json, type, elements, shape[1..], ref next);
        json.WriteEndArray();
    }

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}...";
    }
}
