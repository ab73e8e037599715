// Makes a network smaller by removing whole units: how many of each group so that the multiplications asked for are left, which of them, and the
// weights that stay. The training of what is left is another's.
using MaaS.Contracts.Compression;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

internal static class Shrinking
{
    // Of a group that few would miss: less than this and the layer is a needle's eye.
    private const double Fewest = 0.125;

    private const double NormEpsilon = 1e-5;

    /// <param name="deviations">Of each layer's inputs (I), by the weight's name.</param>
    /// <exception cref="UserError">So few multiplications cannot be reached.</exception>
    public static Candidate Of(Candidate from, Structure structure, StructuredPruning step, IReadOnlyDictionary<string, Tensor> deviations, IProgress<Report> progress)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var worths = structure.Groups.Select(group => Worth(group, from.Weights, step.Measure, deviations)).ToArray();
        var counts = Counts(structure, worths, step);
        IReadOnlyList<int>[] kept = [.. worths.Zip(counts, (worth, count) => Best(worth, count))];
        progress.Report(new Said($"kept {string.Join(", ", structure.Groups.Zip(counts, (group, count) => $"{count} of {group.Count} in {group.Name}"))}: {structure.Macs(counts) / structure.Macs(Whole(structure)):p1} of the multiplications"));
        return new Candidate(structure.With(counts), structure.Cut(from.Weights, kept));
    }

    /// <summary>How much each unit of a group is worth.</summary>
    private static double[] Worth(Units group, IReadOnlyDictionary<string, Tensor> weights, PruningMeasure measure, IReadOnlyDictionary<string, Tensor> deviations)
    {
        var (made, used) = (group.Made[0], group.Used[0]);
        Tensor worth_U;
        if (measure == PruningMeasure.Activation && deviations.TryGetValue(used.Tensor, out var deviation_I) && used.Each == 1)
            worth_U = (weights[used.Tensor].transpose(0, 1).flatten(1).abs() * deviation_I.view(group.Count, -1)).sum(1);
        else
        {
            var rows = weights[made.Tensor].flatten(1).view(made.Repeats, group.Count, -1).transpose(0, 1).flatten(1);
            worth_U = measure == PruningMeasure.L2 ? rows.square().sum(1).sqrt() : rows.abs().sum(1);
            // Batch normalization undoes the size of what comes in: what goes out is as large as its own scale.
            if (group.Norm is { } norm)
                worth_U *= weights[$"{norm}.weight"].abs() / (weights[$"{norm}.running_var"] + NormEpsilon).sqrt();
        }
        return [.. worth_U.to_type(ScalarType.Float64).cpu().data<double>()];
    }

    private static int[] Whole(Structure structure) => [.. structure.Groups.Select(group => group.Count)];

    /// <summary>As many as the multiplications allow, found by halving the interval of what is kept.</summary>
    private static int[] Counts(Structure structure, double[][] worths, StructuredPruning step)
    {
        var most = structure.Macs(Whole(structure)) * step.Macs;
        // In a group's own mean, so that layers of small weights are not emptied for it.
        var relative = worths.Select(worth => worth.Select(value => value / Math.Max(1e-30, worth.Average())).Order().ToArray()).ToArray();
        int[] At(double cut) => Rounded(structure, step.Multiple, [.. structure.Groups.Select((group, at) => step.Scope == PruningScope.Layer
            ? group.Count * (1 - cut)
            : Math.Max(group.Count * Fewest, relative[at].Count(worth => worth > cut)))]);
        var (low, high) = (0.0, step.Scope == PruningScope.Layer ? 1.0 : relative.Max(worth => worth[^1]));
        if (structure.Macs(At(high)) > most)
            throw new UserError($"shrink asks for {step.Macs:p0} of the multiplications; with widths in multiples of {step.Multiple} at least {structure.Macs(At(high)) / structure.Macs(Whole(structure)):p0} stay.");
        for (var round = 0; round < 40; round++)
            if ((low + high) / 2 is var middle && structure.Macs(At(middle)) > most)
                low = middle;
            else
                high = middle;
        return At(high);
    }

    /// <summary>To multiples, of which at least one is kept and no more than there were; those of one link alike.</summary>
    private static int[] Rounded(Structure structure, int multiple, double[] wanted)
    {
        var linked = structure.Groups.Index().GroupBy(group => group.Item.Link ?? group.Item.Name).ToDictionary(link => link.Key, link => link.Average(group => wanted[group.Index]));
        return [.. structure.Groups.Select(group =>
        {
            var unit = Math.Min(group.Multiple ?? multiple, group.Count);
            return Math.Clamp((int)Math.Round(linked[group.Link ?? group.Name] / unit) * unit, unit, group.Count);
        })];
    }

    private static int[] Best(double[] worth, int count) =>
        [.. Enumerable.Range(0, worth.Length).OrderByDescending(unit => worth[unit]).ThenBy(unit => unit).Take(count).Order()];
}
