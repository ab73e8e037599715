// Where the points of a frontier lie: quality upwards, cost to the right on a logarithmic scale, both from 0 to 1 of the drawing.
// Knows numbers; how they are drawn is the chart's.
using System.Globalization;
using MaaS.Contracts.Compression;
using MaaS.Web.Shared;

namespace MaaS.Web.Compression;

public enum Cost { Bytes, Latency }

internal sealed class FrontierPlot
{
    // The room around the outermost points, as a share of what lies between them.
    private const double Margin = 0.08;

    private readonly Cost _cost;
    private readonly bool _higherIsBetter;
    private readonly (double Least, double Most) _x;
    private readonly (double Least, double Most) _y;

    public FrontierPlot(CompressionReport report, Cost cost)
    {
        (_cost, _higherIsBetter) = (cost, report.HigherIsBetter);
        // What has no number has no place; the table has it.
        Drawn = [.. report.Variants.Prepend(report.Source).Where(variant => double.IsFinite(variant.Figures.Quality) && CostOf(variant) > 0)];
        Frontier = [.. report.Frontier(figures => Of(figures, cost)).Where(Drawn.Contains)];
        _x = Range(Drawn.Select(variant => Math.Log10(CostOf(variant))));
        _y = Range(Drawn.Select(variant => variant.Figures.Quality));
    }

    public IReadOnlyList<Variant> Drawn { get; }

    /// <summary>Those that no other beats in both, cheapest first.</summary>
    public IReadOnlyList<Variant> Frontier { get; }

    public bool IsDominated(Variant variant) => !Frontier.Contains(variant);

    /// <summary>0 is the cheapest edge.</summary>
    public double X(Variant variant) => At(_x, Math.Log10(CostOf(variant)));

    /// <summary>0 is the top, where quality is best.</summary>
    public double Y(Variant variant) => _higherIsBetter ? 1 - At(_y, variant.Figures.Quality) : At(_y, variant.Figures.Quality);

    /// <summary>Marks on the axis of the cost, and what they say.</summary>
    public IEnumerable<(double Place, string Text)> CostTicks() =>
        Ticks(_x).Select(place => (At(_x, place), Text(Math.Pow(10, place))));

    public IEnumerable<(double Place, string Text)> QualityTicks() =>
        Ticks(_y).Select(place => (_higherIsBetter ? 1 - At(_y, place) : At(_y, place), Figure.Number(place)));

    public string CostText(Variant variant) => Text(CostOf(variant));

    private string Text(double cost) => _cost == Cost.Bytes ? Figure.Bytes((long)cost) : cost.ToString("0.###", CultureInfo.InvariantCulture) + " ms";

    private double CostOf(Variant variant) => Of(variant.Figures, _cost);

    private static double Of(VariantFigures figures, Cost cost) => cost == Cost.Bytes ? figures.Bytes : figures.P50Ms;

    private static double At((double Least, double Most) range, double value) => (value - range.Least) / (range.Most - range.Least);

    private static IEnumerable<double> Ticks((double Least, double Most) range) =>
        new[] { 0.05, 0.35, 0.65, 0.95 }.Select(share => range.Least + share * (range.Most - range.Least));

    private static (double Least, double Most) Range(IEnumerable<double> values)
    {
        var all = values.DefaultIfEmpty(0).ToList();
        var (least, most) = (all.Min(), all.Max());
        var room = most > least ? Margin * (most - least) : Math.Max(1e-3, 0.02 * Math.Abs(most));
        return (least - room, most + room);
    }
}
