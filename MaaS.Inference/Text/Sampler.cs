// Draws the next token from a model's logits. The same seed draws the same tokens on every machine that computes the same logits.
namespace MaaS.Inference.Text;

/// <param name="temperature">Logits are divided by it: below 1 bolder, above 1 wilder; 0 takes the most probable.</param>
/// <param name="topK">Only so many of the most probable may be drawn; null is all.</param>
public sealed class Sampler(double temperature, int? topK, long seed)
{
    private ulong _state = (ulong)seed;

    /// <param name="logits_V">Of the next token.</param>
    public int Next(ReadOnlySpan<float> logits_V)
    {
        var best = 0;
        for (var token = 1; token < logits_V.Length; token++)
            if (logits_V[token] > logits_V[best])
                best = token;
        if (temperature == 0)
            return best;
        var least = topK is { } k && k < logits_V.Length ? Kth(logits_V, k) : float.NegativeInfinity;
        var weights = new double[logits_V.Length];
        double total = 0;
        for (var token = 0; token < weights.Length; token++)
            if (logits_V[token] >= least)
                total += weights[token] = Math.Exp((logits_V[token] - logits_V[best]) / temperature);
        var drawn = Unit() * total;
        for (var token = 0; token < weights.Length; token++)
            if ((drawn -= weights[token]) < 0)
                return token;
        return best;
    }

    private static float Kth(ReadOnlySpan<float> logits_V, int k)
    {
        var sorted = logits_V.ToArray();
        Array.Sort(sorted);
        return sorted[^k];
    }

    /// <summary>Uniform in [0, 1), by SplitMix64 (Steele, Lea and Flood 2014): System.Random promises its sequence for one version only.</summary>
    private double Unit()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
