// Whether a probability of 0.8 is right in 8 of 10 rows, and the one number that brings it nearer to that without changing a label.
using MaaS.Contracts.Models;

namespace MaaS.Engine.Trust;

internal static class Calibration
{
    public const int Bins = 15;

    // Of the logarithm of the temperature; the log loss has one minimum in it.
    private const double Widest = 3, Fine = 1e-4;

    /// <param name="choosing">Rows the temperature is fitted on.</param>
    public static CalibrationFigures Of(Answered choosing, Answered test)
    {
        var temperature = Temperature(choosing);
        var bins = Reliability(test);
        return new(Error(bins, test.Rows), temperature, Error(Reliability(test.At(temperature)), test.Rows), bins);
    }

    /// <summary>The temperature of the least log loss, by golden section: it is convex in 1/T (Guo et al. 2017, arXiv:1706.04599).</summary>
    public static double Temperature(Answered rows)
    {
        var golden = (Math.Sqrt(5) - 1) / 2;
        double Loss(double logarithm) => rows.At(Math.Exp(logarithm)).LogLoss();
        var (low, high) = (-Widest, Widest);
        var (left, right) = (high - golden * (high - low), low + golden * (high - low));
        var (atLeft, atRight) = (Loss(left), Loss(right));
        while (high - low > Fine)
            if (atLeft < atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - golden * (high - low);
                atLeft = Loss(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + golden * (high - low);
                atRight = Loss(right);
            }
        return Math.Exp((low + high) / 2);
    }

    public static double Error(Answered rows) => Error(Reliability(rows), rows.Rows);

    private static double Error(IReadOnlyList<ReliabilityBin> bins, int rows) => bins.Sum(bin => bin.Rows * Math.Abs(bin.Accuracy - bin.Confidence)) / rows;

    private static ReliabilityBin[] Reliability(Answered rows)
    {
        var (count, sure, right) = (new long[Bins], new double[Bins], new long[Bins]);
        for (var row = 0; row < rows.Rows; row++)
        {
            var best = rows.Best(row);
            var bin = Math.Clamp((int)Math.Ceiling(rows.Of(row)[best] * Bins) - 1, 0, Bins - 1); // a bin holds its upper edge
            count[bin]++;
            sure[bin] += rows.Of(row)[best];
            right[bin] += best == rows.Truth[row] ? 1 : 0;
        }
        return [.. Enumerable.Range(0, Bins).Where(bin => count[bin] > 0).Select(bin => new ReliabilityBin(count[bin], sure[bin] / count[bin], (double)right[bin] / count[bin]))];
    }
}
