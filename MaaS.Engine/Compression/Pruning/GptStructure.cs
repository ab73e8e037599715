// What can go from a transformer: heads, numbers inside the second layer of a block, whole blocks. What passes by the blocks is everybody's, and
// stays; all blocks keep equally many. With heads that share keys and values, queries and what they ask cannot be told apart, and all heads stay.
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Language;

namespace MaaS.Engine.Compression;

internal static class GptStructure
{
    /// <param name="spec">The transformer.</param>
    /// <param name="prefix">What the names of its parameters begin with.</param>
    /// <param name="vocabulary">Of the head, which is tied to the embedding; null where there is none.</param>
    /// <param name="with">The training with another transformer.</param>
    public static Structure Of(GptNetwork spec, string prefix, int? vocabulary, Func<GptNetwork, TrainingSpec> with)
    {
        var (head, inner) = (Block.HeadWidth(spec), Block.InnerWidth(spec));
        var (shapes, groups) = (new Dictionary<string, long[]>(), new List<Units>());
        var hasHeads = (spec.KeyValueHeads ?? spec.Heads) == spec.Heads;
        var gates = spec.Activation == GptActivation.SwiGlu ? 2 : 1;
        for (var layer = 0; layer < spec.Layers; layer++)
        {
            var block = $"{prefix}blocks.{layer}";
            shapes[$"{block}.query_key_value"] = [(spec.Heads + 2L * (spec.KeyValueHeads ?? spec.Heads)) * head, spec.Width];
            shapes[$"{block}.attention_out_CC"] = [spec.Width, spec.Heads * head];
            shapes[$"{block}.mlp_in"] = [gates * inner, spec.Width];
            shapes[$"{block}.mlp_out"] = [spec.Width, inner];
            if (hasHeads)
                groups.Add(new Units($"{block}.heads", spec.Heads, [new($"{block}.query_key_value", 0, head, 3)], [new($"{block}.attention_out_CC", 1, head)], Link: "heads", Multiple: 1));
            groups.Add(new Units($"{block}.mlp", inner, [new($"{block}.mlp_in", 0, 1, gates)], [new($"{block}.mlp_out", 1)], Link: "mlp"));
        }
        if (vocabulary is { } tokens)
            shapes[$"{prefix}token_embedding_VC"] = [tokens, spec.Width];
        // A key of its own for every head, so that fewer of them need not be a divisor of the width.
        TrainingSpec With(IReadOnlyList<int> kept) => with(spec with
        {
            Heads = hasHeads ? kept[0] : spec.Heads,
            KeyValueHeads = hasHeads && spec.KeyValueHeads is not null ? kept[0] : spec.KeyValueHeads,
            HeadWidth = head,
            Inner = kept[^1],
        });
        return new(
            groups, shapes.ToDictionary(shape => shape.Key, _ => vocabulary is null ? (long)spec.Context : 1L), shapes, With,
            [.. Enumerable.Range(0, spec.Layers).Select(layer => new[] { $"{prefix}blocks.{layer}." })], blocks => with(spec with { Layers = blocks.Count }));
    }
}
