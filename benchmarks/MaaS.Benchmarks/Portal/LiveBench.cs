// From a worker's write of a point, as it begins, until the browser has drawn it on the run's page. Writes come at no beat of their own,
// so that they fall anywhere between two looks of the API.
using System.Text.Json;
using MaaS.Catalog.Experiments;

namespace MaaS.Benchmarks.Portal;

internal static class LiveBench
{
    private const int Writes = 100;

    // The browser's clock is this machine's.
    private const string Watch =
        """
        () => {
            const chart = document.querySelector('.js-plotly-plot');
            window.drawn = {};
            chart.on('plotly_afterplot', () => {
                const now = Date.now();
                for (const trace of chart.data) window.drawn[trace.x[trace.x.length - 1]] ??= now;
            });
        }
        """;

    public static async Task Measure(PortalRig rig, Results results)
    {
        await using var runs = await HandmadeRuns.Make(rig, 1);
        var (lease, run) = runs.Runs[0];
        var (store, chunker) = (new MetricStore(rig.Database), new MetricChunker(lease, run));
        Task Write(int step) => store.Append(lease, chunker.Pack([new("val_loss", step, 1.0 / step, DateTimeOffset.UtcNow)]), CancellationToken.None);
        await Write(1);
        await Write(2);
        await rig.Page.GotoAsync($"/runs/{run}");
        await rig.Until("() => document.querySelector('.js-plotly-plot .scatterlayer .trace path.js-line')");
        await rig.Page.EvaluateAsync(Watch);

        var random = new Random(7);
        var written = new Dictionary<int, double>();
        for (var step = 3; step < 3 + Writes; step++)
        {
            await Task.Delay(random.Next(450, 950));
            written[step] = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            await Write(step);
        }
        await rig.Until($"() => window.drawn[{2 + Writes}]");

        var drawn = JsonSerializer.Deserialize<Dictionary<int, double>>((await rig.Page.EvaluateAsync<string>("() => JSON.stringify(window.drawn)"))!)!;
        // A point that was drawn together with the next has no time of its own; it was there no later than that one.
        var delays = written.Select(write => drawn.Where(seen => seen.Key >= write.Key).Min(seen => seen.Value) - write.Value).Order().ToList();
        results.Add("live_delay.p50_ms", delays[delays.Count / 2], "ms", "none");
        results.Add("live_delay.p95_ms", delays[(int)(0.95 * delays.Count)], "ms", "<= 1,000");
    }
}
