// The first page of a first visit, with nothing in the browser's cache: what comes over the wire until it is all there, as the browser's own
// network log counts it, and when the largest thing on it was painted.
using System.Text.Json;
using Microsoft.Playwright;

namespace MaaS.Benchmarks.Portal;

internal static class PageWeightBench
{
    private const int Visits = 7;

    private const string WatchLargest =
        """
        new PerformanceObserver(seen => { for (const entry of seen.getEntries()) window.largestAt = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
        """;

    public static async Task Measure(PortalRig rig, Results results)
    {
        var visits = new List<(double Bytes, double Requests, double Milliseconds)>();
        for (var i = 0; i <= Visits; i++)
        {
            var visit = await Visit(rig);
            if (i > 0) // the server's own first time is not a visitor's
                visits.Add(visit);
        }
        results.Add("portal.page_weight", Median(visits.ConvertAll(visit => visit.Bytes)) / 1e6, "MB", "<= 1.5");
        results.Add("portal.page_requests", Median(visits.ConvertAll(visit => visit.Requests)), "requests", "none");
        results.Add("portal.largest_paint_ms", Median(visits.ConvertAll(visit => visit.Milliseconds)), "ms", "<= 1,500");
    }

    private static async Task<(double Bytes, double Requests, double Milliseconds)> Visit(PortalRig rig)
    {
        var page = await rig.Fresh();
        var network = await page.Context.NewCDPSessionAsync(page);
        var (bytes, requests) = (0.0, 0);
        // What was answered, headers and all, and what the circuit draws with.
        network.Event("Network.loadingFinished").OnEvent += (_, done) => (bytes, requests) = (bytes + Number(done, "encodedDataLength"), requests + 1);
        network.Event("Network.webSocketFrameReceived").OnEvent += (_, frame) => bytes += Payload(frame);
        await network.SendAsync("Network.enable");
        await page.AddInitScriptAsync(WatchLargest);
        await page.GotoAsync("/");
        await page.GetByTestId("account").WaitForAsync();
        await page.WaitForFunctionAsync("() => !document.querySelector('.skeleton') && document.querySelector('#content h2')");
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.WaitForTimeoutAsync(500); // the browser tells of a paint a little after it
        var largest = await page.EvaluateAsync<double>("() => window.largestAt");
        await page.Context.CloseAsync();
        return (bytes, requests, largest);
    }

    private static double Number(JsonElement? of, string name) => of!.Value.GetProperty(name).GetDouble();

    // A binary frame is given as base64; on the wire it is compressed at best, so this counts rather too much.
    private static double Payload(JsonElement? frame) => frame!.Value.GetProperty("response").GetProperty("payloadData").GetString()!.Length * 0.75;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
