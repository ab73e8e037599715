// Sets of classes that hold the truth as often as is asked, whatever the model: the threshold is an order statistic of rows it never learned
// from (Vovk et al. 2005; Sadinle et al. 2019, arXiv:1609.00451). Promised where validation and test rows are alike; measured all the same.
using MaaS.Contracts.Models;

namespace MaaS.Engine.Trust;

internal static class Conformal
{
    public const double Asked = 0.9;

    /// <param name="choosing">Rows the threshold is taken from.</param>
    public static ConformalFigures Of(Answered choosing, Answered test)
    {
        var scores = Enumerable.Range(0, choosing.Rows).Select(row => choosing.Of(row)[(int)choosing.Truth[row]]).Order().ToArray();
        // Of n + 1 equally likely ranks of the next row's probability, so many lie below the threshold.
        var below = (int)Math.Floor((choosing.Rows + 1) * (1 - Asked));
        var threshold = below == 0 ? 0 : scores[below - 1];
        var (covered, classes) = (0L, 0L);
        for (var row = 0; row < test.Rows; row++)
        {
            covered += test.Of(row)[(int)test.Truth[row]] >= threshold ? 1 : 0;
            foreach (var probability in test.Of(row))
                classes += probability >= threshold ? 1 : 0;
        }
        return new(Asked, threshold, (double)covered / test.Rows, (double)classes / test.Rows);
    }
}
