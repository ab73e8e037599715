// A hundred runs of 2,000 points each over one another, one metric: from the address to the hundredth line on the screen.
using MaaS.Contracts.Experiments;

namespace MaaS.Benchmarks.Portal;

internal static class CompareBench
{
    private const int Runs = 100;
    private const int Points = 2000;

    public static async Task Measure(PortalRig rig, Results results)
    {
        await using var runs = await HandmadeRuns.Make(rig, Runs);
        var begun = DateTimeOffset.UtcNow;
        await runs.Succeed(run => [.. Enumerable.Range(0, Points).Select(step => new MetricPoint(
            "val_loss", step, (2 + (0.01 * run)) / Math.Sqrt(1 + step) + (0.02 * Math.Sin(step * (run + 1))), begun.AddSeconds(step)))]);
        var address = $"/compare?{string.Join('&', runs.Runs.Select(run => $"run={run.Run}"))}&key=val_loss";

        var seconds = await rig.Opened(address, $"() => document.querySelectorAll('.js-plotly-plot .scatterlayer .trace path.js-line').length >= {Runs}");

        results.Add("compare_100.drawn_s", seconds, "s", "<= 1.5");
        await Smooth(rig, results);
    }

    /// <summary>The same chart drawn anew: a hundred smoothed lines before as many faint ones.</summary>
    private static async Task Smooth(PortalRig rig, Results results)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await rig.Page.GetByTestId("smoothing").FillAsync("0.6");
        await rig.Until($"() => document.querySelectorAll('.js-plotly-plot .scatterlayer .trace path.js-line').length >= {2 * Runs}");
        results.Add("compare_100.smoothed_s", watch.Elapsed.TotalSeconds, "s", "none");
    }
}
