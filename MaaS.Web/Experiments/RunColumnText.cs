// What a column of runs is called, and what stands in its cells.
using System.Globalization;
using MaaS.Contracts.Experiments;
using MaaS.Web.Shared;

namespace MaaS.Web.Experiments;

internal static class RunColumnText
{
    public static string Title(RunColumn column) => column.Field switch
    {
        RunField.Metrics => MetricName.Full(column.Key!),
        RunField.Min => T["Least {0}", MetricName.Full(column.Key!)],
        RunField.Max => T["Greatest {0}", MetricName.Full(column.Key!)],
        RunField.Best => T["Best {0}", MetricName.Full(column.Key!)],
        RunField.Params or RunField.Tags => column.Key!,
        RunField.Created => T["Begun"],
        RunField.Duration => T["Took"],
        RunField.Name => T["Name"],
        RunField.State => T["State"],
        RunField.Experiment => T["Experiment"],
        RunField.Folder => T["Folder"],
        var field => $"{field}",
    };

    public static bool IsNumber(RunColumn column) => column.IsNumber;

    /// <summary>The text of a cell; null where the run has no such value. Times and states draw themselves.</summary>
    public static string? Cell(RunColumn column, RunRow row) => column.Field switch
    {
        RunField.Metrics => Summary(column, row) is { } metric ? Figure.Number(metric.Last) : null,
        RunField.Min => Number(Summary(column, row)?.Min),
        RunField.Max => Number(Summary(column, row)?.Max),
        RunField.Best => Number(Summary(column, row)?.Best(column.Key!)),
        RunField.Params => row.Params.TryGetValue(column.Key!, out var setting) ? Short(setting) : null,
        RunField.Tags => row.Tags.GetValueOrDefault(column.Key!),
        RunField.Experiment => row.ExperimentName,
        RunField.Folder => row.Folder,
        RunField.Duration => row.StartedAt is { } begun ? Figure.Duration((row.FinishedAt ?? DateTimeOffset.UtcNow) - begun) : null,
        RunField.Name => row.Name,
        _ => null,
    };

    /// <summary>The columns a table begins with: figures that runs are chosen by, then the settings that tell them apart.</summary>
    public static IReadOnlyList<string> Default(RunColumns known, bool everywhere)
    {
        const int metrics = 6, settings = 3;
        var used = known.Items.Select(item => (item.Differs, Column: RunColumn.Parse(item.Column))).Where(item => item.Column is not null).ToList();
        return
        [
            .. Enumerable.Repeat("experiment", everywhere ? 1 : 0),
            "state",
            .. used.Where(item => item.Column!.IsMetric && !MetricName.IsSystem(item.Column.Key!) && item.Column.Key is not ("epoch" or "learning_rate"))
                .OrderBy(item => MetricName.Parts(item.Column!.Key!).Split switch { "test" => 0, "validation" => 1, _ => 2 })
                .ThenBy(item => item.Column!.Key, StringComparer.Ordinal).Take(metrics).Select(item => $"{item.Column}"),
            .. used.Where(item => item.Column!.Field == RunField.Params && item.Differs).Take(known.Runs > 1 ? settings : 0).Select(item => $"{item.Column}"),
            "duration",
            "created",
        ];
    }

    private static MetricSummary? Summary(RunColumn column, RunRow row) => row.Metrics.GetValueOrDefault(column.Key!);

    private static string? Number(double? value) => value is null ? null : Figure.Number(value);

    // 0.0010000000474974513 tells nobody more than 0.001.
    private static string Short(string setting) =>
        setting.Length > 8 && double.TryParse(setting, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? Figure.Number(number) : setting;
}
