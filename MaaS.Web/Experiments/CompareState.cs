// What is compared and how it is looked at, as an address says it: whoever opens the address sees the same.
using System.Globalization;
using MaaS.Contracts.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Experiments;

/// <param name="Keys">The series that are drawn; empty draws the first ones.</param>
/// <param name="Group">The setting whose equal values are one line, with their spread around it.</param>
/// <param name="Show">Which part is open: one of <see cref="Parts"/>.</param>
/// <param name="Across">The setting or metric that lies across the scatter, as <paramref name="Up"/> goes up.</param>
public sealed record CompareState(
    IReadOnlyList<Guid> Runs, IReadOnlyList<string> Keys, ChartView View, string? Group = null, string Show = CompareState.Charts, string? Across = null, string? Up = null)
{
    public const string Charts = "charts";
    public const string Table = "table";
    public const string Parallel = "parallel";
    public const string Scatter = "scatter";
    public const string Outcomes = "outcomes";

    public static IReadOnlyList<(string Show, string Name)> Parts =>
        [(Charts, T["Curves"]), (Table, T["Table"]), (Parallel, T["Parallel coordinates"]), (Scatter, T["Scatter"]), (Outcomes, T["Matrices and frontiers"])];

    /// <summary>What an address cannot mean is as if it were not there.</summary>
    public static CompareState Of(Guid[]? runs, string[]? keys, string? x, double? smooth, string? log, string? group, string? show, string? across, string? up) => new(
        [.. (runs ?? []).Distinct().Take(CompareRuns.Most)],
        [.. (keys ?? []).Distinct(StringComparer.Ordinal).Take(ChartKeys.MostCharts * 2)],
        new(string.IsNullOrEmpty(x) ? ChartView.Step : x, Math.Clamp(smooth is { } weight && double.IsFinite(weight) ? weight : 0, 0, ChartView.MostSmoothing), log is "x" or "xy", log is "y" or "xy"),
        group is { Length: > 0 } ? group : null, Parts.Any(part => part.Show == show) ? show! : Charts, across, up);

    public string Address => "/compare?" + string.Join('&', Query().Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));

    private IEnumerable<(string Name, string Value)> Query()
    {
        foreach (var run in Runs) yield return ("run", $"{run}");
        foreach (var key in Keys) yield return ("key", key);
        if (View.X != ChartView.Step) yield return ("x", View.X);
        if (View.Smoothing > 0) yield return ("smooth", View.Smoothing.ToString("0.##", CultureInfo.InvariantCulture));
        if (View.LogX || View.LogY) yield return ("log", (View.LogX ? "x" : "") + (View.LogY ? "y" : ""));
        if (Group is not null) yield return ("group", Group);
        if (Show != Charts) yield return ("show", Show);
        if (Across is not null) yield return ("across", Across);
        if (Up is not null) yield return ("up", Up);
    }
}
