// What runs that are compared have in common and what they differ in: settings and last values by name. Knows no page.
using System.Globalization;
using MaaS.Contracts.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Experiments;

internal static class RunFacts
{
    /// <summary>Settings that are not the same in all of them.</summary>
    public static IReadOnlyList<string> Differing(IReadOnlyList<ComparedRun> runs) =>
        [.. Settings(runs).Where(key => runs.Select(run => run.Params.GetValueOrDefault(key)).Distinct().Count() > 1)];

    public static IReadOnlyList<string> Settings(IReadOnlyList<ComparedRun> runs) =>
        [.. runs.SelectMany(run => run.Params.Keys).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Test figures, by which runs are chosen, then validation, then the others.</summary>
    public static IReadOnlyList<string> Measures(IReadOnlyList<ComparedRun> runs) =>
    [
        .. runs.SelectMany(run => run.Metrics.Keys).Distinct().Where(key => !MetricName.IsSystem(key))
            .OrderBy(key => MetricName.Parts(key).Split switch { "test" => 0, "validation" => 1, _ => 2 }).ThenBy(key => key, StringComparer.Ordinal),
    ];

    /// <summary>Series that may be drawn: validation first, loss before the others.</summary>
    public static IReadOnlyList<string> Curves(IReadOnlyList<ComparedRun> runs) =>
    [
        .. runs.SelectMany(run => run.Metrics.Keys).Distinct().Where(key => ChartKeys.IsCurve(key) && !MetricName.IsSystem(key))
            .OrderBy(key => MetricName.Parts(key).Split == "validation" ? 0 : 1).ThenBy(key => MetricName.Parts(key).Measure == "loss" ? 0 : 1)
            .ThenBy(key => key, StringComparer.Ordinal),
    ];

    /// <summary>Of a setting its text, of a metric its last value; null where the run has neither.</summary>
    public static string? Value(ComparedRun run, string name) =>
        run.Params.TryGetValue(name, out var text) ? text : run.Metrics.TryGetValue(name, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : null;

    /// <summary>What a setting or metric is called.</summary>
    public static string Title(IReadOnlyList<ComparedRun> runs, string name) => runs.Any(run => run.Params.ContainsKey(name)) ? name : MetricName.Full(name);

    /// <summary>Names that tell the runs apart.</summary>
    public static IReadOnlyDictionary<Guid, string> Names(IReadOnlyList<ComparedRun> runs)
    {
        var twice = runs.GroupBy(run => run.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        return runs.ToDictionary(run => run.Id, run => twice.Contains(run.Name) ? $"{run.Name} ({$"{run.Id}"[^4..]})" : run.Name);
    }
}
