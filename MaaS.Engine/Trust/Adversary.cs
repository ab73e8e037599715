// Changes inputs as little as is allowed so that a network is wrong: one step along the sign of the loss's gradient (FGSM), or several small ones,
// each brought back within the bound (PGD). Knows inputs as numbers and a function to logits, no family.
using MaaS.Contracts.Models;
using static TorchSharp.torch;

namespace MaaS.Engine.Trust;

internal static class Adversary
{
    private const int Steps = 5;

    /// <summary>Rows that are attacked at most: a few hundred tell the accuracy to some points, and each costs as much as learning from it many times.</summary>
    public const int MostRows = 500;

    /// <param name="sizes">The most by which each number is changed.</param>
    /// <param name="x">The inputs (N, ...), float32.</param>
    /// <param name="truth_N">Class numbers.</param>
    /// <param name="logits">Of inputs; differentiable.</param>
    /// <param name="range">Within which inputs are inputs; null is any.</param>
    public static RobustnessFigures Attack(string unit, double[] sizes, Tensor x, Tensor truth_N, Func<Tensor, Tensor> logits, (double Low, double High)? range = null)
    {
        using var scope = NewDisposeScope();
        var points = new List<RobustnessPoint> { new(0, Accuracy(x), Accuracy(x)) };
        var first = Direction(x);
        foreach (var size in sizes)
        {
            using var own = NewDisposeScope();
            var step = 2.5 * size / Steps; // enough to reach the bound and to turn
            var moved = x;
            for (var i = 0; i < Steps; i++)
                moved = Within(x, moved + step * (i == 0 ? first : Direction(moved)), size);
            points.Add(new(size, Accuracy(Within(x, x + size * first, size)), Accuracy(moved)));
        }
        return new(unit, x.shape[0], points);

        Tensor Within(Tensor from, Tensor to, double size)
        {
            var near = minimum(maximum(to, from - size), from + size);
            return range is var (low, high) ? near.clamp(low, high) : near;
        }

        Tensor Direction(Tensor at)
        {
            using var gradient = enable_grad();
            var input = at.detach().clone().requires_grad_();
            var loss = nn.functional.cross_entropy(logits(input), truth_N);
            return autograd.grad([loss], [input])[0].sign();
        }

        double Accuracy(Tensor at)
        {
            using var quiet = no_grad();
            return logits(at).argmax(1).eq(truth_N).to_type(ScalarType.Float64).mean().item<double>();
        }
    }
}
