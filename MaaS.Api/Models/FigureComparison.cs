// Test figures of several versions beside one another: which is best, and whether that is more than chance.
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Models;
using MaaS.Inference;

namespace MaaS.Api.Models;

internal static class FigureComparison
{
    public static IReadOnlyList<ComparedFigure> Of(IReadOnlyList<ModelMetrics> versions) =>
    [
        .. versions.SelectMany(metrics => metrics.Values.Keys).Distinct(StringComparer.Ordinal)
            .Select(measure => Figure(measure, [.. versions.Select(metrics => metrics.Values.ContainsKey(measure) ? Intervals.Of(metrics, measure) : null)])),
    ];

    private static ComparedFigure Figure(string measure, IReadOnlyList<FigureInterval?> values)
    {
        var less = MetricGoal.LessIsBetter(measure);
        var known = values.Index().Where(value => value.Item is not null && double.IsFinite(value.Item.Value)).OrderBy(value => less ? value.Item!.Value : -value.Item!.Value).ToList();
        if (known.Count < 2 || known[0].Item!.Value.Equals(known[1].Item!.Value))
            return new(measure, less, values);
        var (best, others) = (known[0].Item!, known.Skip(1).Select(value => value.Item!).ToList());
        bool? clear = known.Exists(value => value.Item!.Low is null) ? null : others.TrueForAll(other => less ? best.High < other.Low : best.Low > other.High);
        return new(measure, less, values, known[0].Index, clear);
    }
}
