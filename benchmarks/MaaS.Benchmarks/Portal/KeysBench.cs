// The page of a run with 5,000 series: from its address to twenty charts on the screen, and from a typed word to the series found.
using System.Diagnostics;
using MaaS.Contracts.Experiments;

namespace MaaS.Benchmarks.Portal;

internal static class KeysBench
{
    private const int Keys = 5000;
    private const int Points = 50;
    private const int Charts = 20;

    public static async Task Measure(PortalRig rig, Results results)
    {
        await using var runs = await HandmadeRuns.Make(rig, 1);
        var begun = DateTimeOffset.UtcNow;
        await runs.Succeed(_ => [.. Enumerable.Range(0, Keys).SelectMany(key => Enumerable.Range(0, Points)
            .Select(step => new MetricPoint($"layer_{key:d4}/gradient", step, Math.Cos((0.1 * step) + key), begun.AddSeconds(step))))]);

        var seconds = await rig.Opened(
            $"/runs/{runs.Runs[0].Run}", $"() => document.querySelectorAll('.js-plotly-plot .scatterlayer .trace path.js-line').length >= {Charts}");

        results.Add("keys_5000.opened_s", seconds, "s", "<= 2");
        results.Add("keys_5000.found_s", await Found(rig), "s", "none");
    }

    private static async Task<double> Found(PortalRig rig)
    {
        await rig.Page.GetByTestId("metric-picker").Locator("summary").ClickAsync();
        await rig.Page.GetByTestId("find-metric").WaitForAsync();
        var watch = Stopwatch.StartNew();
        await rig.Page.GetByTestId("find-metric").FillAsync("4711");
        await rig.Until("() => document.querySelectorAll('.picker-list li').length === 1");
        return watch.Elapsed.TotalSeconds;
    }
}
