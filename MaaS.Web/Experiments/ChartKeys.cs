// Which of a run's series are drawn, and together: training and validation of a measure share a chart; the machine's own are apart.
// Knows keys, not points.
using MaaS.Web.Shared;

namespace MaaS.Web.Experiments;

internal static class ChartKeys
{
    /// <summary>A page with more charts than this by itself helps nobody and takes the browser's breath.</summary>
    public const int MostCharts = 20;

    /// <summary>A run with more series than this is followed only for those that are drawn.</summary>
    public const int MostFollowed = 200;

    /// <summary>Of learning, loss first.</summary>
    public static IReadOnlyList<string> Measures(IEnumerable<string> keys) => Measures(keys, system: false);

    public static IReadOnlyList<string> MachineMeasures(IEnumerable<string> keys) => Measures(keys, system: true);

    /// <summary>The keys of these measures, in order.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> keys, IReadOnlyCollection<string> measures)
    {
        var wanted = measures.ToHashSet(StringComparer.Ordinal);
        return [.. keys.Where(key => IsCurve(key) && wanted.Contains(MetricName.Parts(key).Measure)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Test figures are measured once, and the epoch only counts.</summary>
    public static bool IsCurve(string key) => key != "epoch" && MetricName.Parts(key).Split != "test";

    private static IReadOnlyList<string> Measures(IEnumerable<string> keys, bool system) =>
    [
        .. keys.Where(key => IsCurve(key) && MetricName.IsSystem(key) == system).Select(key => MetricName.Parts(key).Measure).Distinct()
            .OrderBy(measure => measure == "loss" ? 0 : 1).ThenBy(measure => measure, StringComparer.Ordinal),
    ];
}
