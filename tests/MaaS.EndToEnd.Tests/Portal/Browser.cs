// A real Chromium, and a page of it that notes what went wrong: errors on the console, requests that failed, accessibility.
using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;

namespace MaaS.EndToEnd.Tests.Portal;

internal sealed class Browser : IAsyncDisposable
{
    // A training on a busy machine; nothing waits this long for anything else.
    private const float PatienceMs = 120_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Skips the test where no Chromium is.</summary>
    public static async Task<Browser> Open()
    {
        var program = Environment.GetEnvironmentVariable("MAAS_CHROMIUM");
        Assert.SkipWhen(string.IsNullOrEmpty(program), "no Chromium here: ./maas test finds or installs one, or name it in MAAS_CHROMIUM");
        SetDefaultExpectTimeout(PatienceMs);
        var playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        }));
    }

    public async Task<PortalPage> Page(Uri address)
    {
        var page = await _browser.NewPageAsync(new() { BaseURL = address.ToString(), ViewportSize = new() { Width = 1440, Height = 900 } });
        page.SetDefaultTimeout(PatienceMs);
        return new(page);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static void SetDefaultExpectTimeout(float milliseconds) => Assertions.SetDefaultExpectTimeout(milliseconds);
}

internal sealed class PortalPage
{
    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly DirectoryInfo _shots = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "tests", "portal"));

    public PortalPage(IPage page)
    {
        _page = page;
        page.Console += (_, message) => { if (message.Type == "error") _complaints.Enqueue($"console at {page.Url}: {message.Text}"); };
        page.PageError += (_, error) => _complaints.Enqueue($"script at {page.Url}: {error}");
        page.Response += (_, response) => { if (response.Status >= 400) _complaints.Enqueue($"{response.Status} {response.Url}"); };
    }

    /// <summary>Everything that went wrong beside what the test looks at.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public string Address => _page.Url;

    public ILocator Id(string testId) => _page.GetByTestId(testId);

    /// <summary>The page itself, without the bar and the drawer.</summary>
    public ILocator Main => _page.GetByRole(AriaRole.Main);

    public ILocator Button(string text) => _page.GetByRole(AriaRole.Button, new() { Name = text });

    public Task Press(string key) => _page.Keyboard.PressAsync(key);

    public async Task Goto(string path)
    {
        await _page.GotoAsync(path);
        await _page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>The path of the file that a click on this saves.</summary>
    public async Task<string> Saved(string testId) => await (await _page.RunAndWaitForDownloadAsync(() => Id(testId).ClickAsync())).PathAsync();

    /// <summary>Keeps a picture of the page in both themes under artifacts/tests/portal, and checks its accessibility in each.</summary>
    public async Task Shot(string name)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await _page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            // Colours fade from one theme to the other; half-way through the contrast is nobody's.
            await _page.WaitForTimeoutAsync(600);
            await _page.ScreenshotAsync(new() { Path = Path.Combine(_shots.FullName, $"{name}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            var found = await _page.RunAxe();
            foreach (var violation in found.Violations.Where(violation => violation.Impact is "serious" or "critical"))
                _complaints.Enqueue($"{name} ({scheme}): {violation.Id} at {string.Join(", ", violation.Nodes.Select(node => node.Target))}");
        }
        await _page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }
}
