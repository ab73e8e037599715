// What of a network can be removed as a whole, and what hangs on it: a family says it once as data, and cutting needs no network.
using MaaS.Contracts.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <summary>One axis of a tensor along which units lie.</summary>
/// <param name="Tensor">By name in the network's state.</param>
/// <param name="Each">Consecutive entries that a unit has.</param>
/// <param name="Repeats">Times that all units follow one another, as queries, keys and values do.</param>
internal sealed record UnitAxis(string Tensor, int Axis, int Each = 1, int Repeats = 1)
{
    /// <summary>Entries of the axis that belong to these units.</summary>
    public long[] Entries(IReadOnlyList<int> units, int count) =>
        [.. Enumerable.Range(0, Repeats).SelectMany(repeat => units.SelectMany(unit => Enumerable.Range(0, Each).Select(entry => ((long)repeat * count + unit) * Each + entry)))];
}

/// <summary>Neurons, channels or heads that can go one by one.</summary>
/// <param name="Made">Where they come from; the first is the matrix whose rows they are.</param>
/// <param name="Used">Where they are looked at: columns.</param>
/// <param name="Norm">The batch normalization between the two, by name; null where there is none.</param>
/// <param name="Link">Groups of one link keep equally many.</param>
/// <param name="Multiple">What their number is rounded to; null as asked.</param>
internal sealed record Units(
    string Name, int Count, IReadOnlyList<UnitAxis> Made, IReadOnlyList<UnitAxis> Used, string? Norm = null, string? Link = null, int? Multiple = null);

/// <param name="Times">Of each matrix of products, by name: how often it is multiplied with for one row.</param>
/// <param name="Shape">Of each of them.</param>
/// <param name="With">The training of the network that keeps so many of each group.</param>
/// <param name="Blocks">What the names of each block's tensors begin with, first block to last, where whole blocks may go.</param>
/// <param name="Of">The training of the network that keeps these blocks.</param>
internal sealed record Structure(
    IReadOnlyList<Units> Groups, IReadOnlyDictionary<string, long> Times, IReadOnlyDictionary<string, long[]> Shape, Func<IReadOnlyList<int>, TrainingSpec> With,
    IReadOnlyList<IReadOnlyList<string>>? Blocks = null, Func<IReadOnlyList<int>, TrainingSpec>? Of = null)
{
    /// <summary>Multiplications of weights for one row, when so many of each group are kept.</summary>
    public double Macs(IReadOnlyList<int> kept)
    {
        var share = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (group, count) in Groups.Zip(kept))
            foreach (var axis in group.Made.Concat(group.Used))
                share[axis.Tensor] = share.GetValueOrDefault(axis.Tensor, 1) * count / group.Count;
        return Times.Sum(one => one.Value * Shape[one.Key].Aggregate(1.0, (product, size) => product * size) * share.GetValueOrDefault(one.Key, 1));
    }

    /// <summary>The weights that are left when these blocks are kept, counted anew.</summary>
    public Dictionary<string, Tensor> Keep(IReadOnlyDictionary<string, Tensor> weights, IReadOnlyList<int> blocks)
    {
        var kept = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, weight) in weights)
        {
            var (block, begins) = Blocks!.Index().SelectMany(one => one.Item.Index().Select(start => (one.Index, start)))
                .Where(one => name.StartsWith(one.start.Item, StringComparison.Ordinal)).Select(one => (one.Index, one.start.Index)).DefaultIfEmpty((-1, 0)).First();
            var place = block < 0 ? -1 : blocks.Index().Where(one => one.Item == block).Select(one => one.Index).DefaultIfEmpty(-2).First();
            if (place > -2)
                kept[block < 0 ? name : Blocks![place][begins] + name[Blocks[block][begins].Length..]] = weight.clone().DetachFromDisposeScope();
        }
        return kept;
    }

    /// <summary>The weights that are left when these units of each group are kept, in their order.</summary>
    public Dictionary<string, Tensor> Cut(IReadOnlyDictionary<string, Tensor> weights, IReadOnlyList<IReadOnlyList<int>> kept)
    {
        using var quiet = no_grad();
        var cut = weights.ToDictionary(weight => weight.Key, weight => weight.Value);
        foreach (var (group, units) in Groups.Zip(kept))
            foreach (var axis in group.Made.Concat(group.Used))
                cut[axis.Tensor] = cut[axis.Tensor].index_select(axis.Axis, tensor(axis.Entries(units, group.Count)));
        return cut.ToDictionary(weight => weight.Key, weight => weight.Value.clone().DetachFromDisposeScope());
    }
}
