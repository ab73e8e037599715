// Probabilities and the truth, of rows that training did not learn from.
namespace MaaS.Engine.Trust;

/// <param name="Probabilities">(N, C), row by row.</param>
/// <param name="Truth">Class numbers (N).</param>
internal sealed record Answered(float[] Probabilities, long[] Truth, int Classes)
{
    public int Rows => Truth.Length;

    public ReadOnlySpan<float> Of(int row) => Probabilities.AsSpan(row * Classes, Classes);

    /// <summary>The first of the most probable classes.</summary>
    public int Best(int row)
    {
        var of = Of(row);
        var best = 0;
        for (var c = 1; c < of.Length; c++)
            if (of[c] > of[best])
                best = c;
        return best;
    }

    /// <summary>As if logits had been divided by a temperature: what softmax makes of logarithms over it.</summary>
    public Answered At(double temperature)
    {
        var scaled = new float[Probabilities.Length];
        Span<double> weights = new double[Classes];
        for (var row = 0; row < Rows; row++)
        {
            var of = Of(row);
            var (highest, sum) = (Log(of[Best(row)]), 0.0);
            for (var c = 0; c < Classes; c++)
                sum += weights[c] = Math.Exp((Log(of[c]) - highest) / temperature);
            for (var c = 0; c < Classes; c++)
                scaled[row * Classes + c] = (float)(weights[c] / sum);
        }
        return this with { Probabilities = scaled };
    }

    /// <summary>Mean, in nats.</summary>
    public double LogLoss() => Enumerable.Range(0, Rows).Average(row => -Log(Of(row)[(int)Truth[row]]));

    private static double Log(float probability) => Math.Log(Math.Max(probability, 1e-30));
}
