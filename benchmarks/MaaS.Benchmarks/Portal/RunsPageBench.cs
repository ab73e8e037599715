// The page of an experiment with 1,000 runs of 100 metrics in a browser: from the address to the first rows, and then how long a place that
// is scrolled to stays blank. Both are taken inside the page, frame by frame.
using Microsoft.Playwright;

namespace MaaS.Benchmarks.Portal;

internal static class RunsPageBench
{
    private const int Runs = 1000;
    private const int Metrics = 100;
    private const int Visits = 5;

    // Notes when the first row is there, in milliseconds since the navigation began.
    private const string WatchFirstRow =
        """
        new MutationObserver((_, observer) => {
          if (!document.querySelector('[data-testid=runs] tbody a')) return;
          requestAnimationFrame(() => window.firstRowAt = performance.now());
          observer.disconnect();
        }).observe(document, { subtree: true, childList: true });
        """;

    // Looks at five places of the grid in every frame; a place is blank when no row with a link is there.
    private const string WatchBlanks =
        """
        () => {
          const frame = document.querySelector('.grid-frame');
          let since = null;
          window.longestBlank = 0;
          const look = () => {
            const { left, top, height } = frame.getBoundingClientRect();
            const head = frame.querySelector('thead').offsetHeight;
            const blank = [0.02, 0.25, 0.5, 0.75, 0.97].some(part =>
              !document.elementFromPoint(left + 120, top + head + (height - head - 20) * part)?.closest('tr')?.querySelector('a'));
            const now = performance.now();
            if (!blank) since = null;
            else since ??= now;
            if (since !== null) window.longestBlank = Math.max(window.longestBlank, now - since);
            requestAnimationFrame(look);
          };
          look();
        }
        """;

    public static async Task Measure(PortalRig rig, Results results)
    {
        var page = rig.Page;
        var experiment = await RunRows.Add(rig, Runs, Metrics);
        await page.AddInitScriptAsync(WatchFirstRow);
        var times = new List<double>();
        for (var i = -1; i < Visits; i++)
        {
            await page.GotoAsync($"/experiments/{experiment}");
            await page.WaitForFunctionAsync("() => window.firstRowAt");
            if (i >= 0) // the first visit fills the browser's cache, as the first of a day does
                times.Add(await page.EvaluateAsync<double>("window.firstRowAt"));
        }
        results.Add("portal.runs_1000", times.Order().ElementAt(Visits / 2), "ms", "<= 1,000");
        results.Add("portal.runs_1000_blank_ms", await Scroll(page), "ms", "<= 200");
    }

    /// <summary>Through all rows at some 300 a second, faster than anybody reads.</summary>
    private static async Task<double> Scroll(IPage page)
    {
        await page.EvaluateAsync(WatchBlanks);
        var frame = page.Locator(".grid-frame");
        await frame.HoverAsync();
        for (var i = 0; i < 2000; i++)
        {
            await page.Mouse.WheelAsync(0, 400);
            await page.WaitForTimeoutAsync(35);
            if (await frame.EvaluateAsync<bool>("frame => frame.scrollTop + frame.clientHeight > frame.scrollHeight - 4"))
                break;
        }
        await page.WaitForFunctionAsync($"() => document.querySelector('[aria-rowindex=\"{Runs + 1}\"]')");
        return await page.EvaluateAsync<double>("window.longestBlank");
    }
}
