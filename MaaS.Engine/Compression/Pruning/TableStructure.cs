// What can go from the networks for tables: neurons of each hidden layer, those inside a residual block, and whole residual blocks.
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Tabular;

namespace MaaS.Engine.Compression;

internal static class TableStructure
{
    /// <param name="training">Every value filled in.</param>
    /// <param name="network">Built so; for the shapes, which follow from the columns too.</param>
    public static Structure? Of(TabularTraining training, Network network)
    {
        using (network)
        {
            // The head (K, H, O) counts as K matrices.
            var shapes = network.named_parameters().Where(named => named.parameter.dim() >= 2 && (named.name.StartsWith("hidden.", StringComparison.Ordinal) || named.name == "head_KHO"))
                .ToDictionary(named => named.name, named => named.parameter.shape);
            var times = shapes.ToDictionary(shape => shape.Key, shape => shape.Key == "head_KHO" ? 1L : network.Members);
            return training.Network switch
            {
                MlpNetwork mlp => new(
                    [
                        .. mlp.Hidden!.Select((width, layer) => new Units(
                            $"hidden.{layer}", width, [new($"hidden.layers.{layer}.weight", 0), new($"hidden.layers.{layer}.bias", 0)],
                            [new(layer + 1 < mlp.Hidden!.Count ? $"hidden.layers.{layer + 1}.weight" : "head_KHO", 1)])),
                    ],
                    times, shapes, kept => training with { Network = mlp with { Hidden = [.. kept] } }),
                ResidualNetwork residual => new(
                    [
                        .. Enumerable.Range(0, residual.Blocks).Select(block => new Units(
                            $"block.{block}", ResidualHidden.InnerOf(residual, block), [new($"hidden.wide.{block}.weight", 0), new($"hidden.wide.{block}.bias", 0)],
                            [new($"hidden.narrow.{block}.weight", 1)])),
                    ],
                    times, shapes, kept => training with { Network = residual with { Inner = [.. kept] } },
                    [.. Enumerable.Range(0, residual.Blocks).Select(block => new[] { $"hidden.norms.{block}.", $"hidden.wide.{block}.", $"hidden.narrow.{block}." })],
                    blocks => training with { Network = residual with { Blocks = blocks.Count, Inner = residual.Inner is { } inner ? [.. blocks.Select(block => inner[block])] : null } }),
                _ => null,
            };
        }
    }
}
