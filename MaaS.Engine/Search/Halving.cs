// Which runs of a search are not worth going on with: asynchronous successive halving, Li et al. 2020, arXiv:1810.05934, in the
// form that stops runs instead of promoting them.
using MaaS.Contracts.Sweeps;

namespace MaaS.Engine.Search;

public static class Halving
{
    /// <summary>Whether a run, at the last rung it reached, is not among the best 1 / factor of all that reached it. The first to come there pass.</summary>
    /// <param name="curve">Its objective after each epoch; lower is better.</param>
    /// <param name="others">The other runs' curves.</param>
    public static bool IsWeak(HalvingSpec halving, IReadOnlyList<double> curve, IEnumerable<IReadOnlyList<double>> others)
    {
        if (curve.Count < halving.MinEpochs)
            return false;
        var rung = halving.MinEpochs;
        while ((long)rung * halving.Factor <= curve.Count)
            rung *= halving.Factor;
        var mine = BestUntil(curve, rung);
        var rivals = others.Where(other => other.Count >= rung).Select(other => BestUntil(other, rung)).ToList();
        return rivals.Count + 1 >= halving.Factor && rivals.Count(rival => rival < mine) >= (rivals.Count + 1) / halving.Factor;
    }

    /// <summary>A loss that is no number is worse than any.</summary>
    private static double BestUntil(IReadOnlyList<double> curve, int epochs) =>
        curve.Take(epochs).Select(value => double.IsNaN(value) ? double.PositiveInfinity : value).Min();
}
