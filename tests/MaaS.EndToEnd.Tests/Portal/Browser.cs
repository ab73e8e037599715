// A real Chromium. Each page of it is a person's own: no cookie is shared with another.
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

    /// <param name="language">What the person's browser asks for.</param>
    public async Task<PortalPage> Page(Uri address, string language = "en-GB", int width = 1440, int height = 900, bool byKeyboard = false)
    {
        var page = await _browser.NewPageAsync(new()
        {
            BaseURL = address.ToString(),
            Locale = language,
            ViewportSize = new() { Width = width, Height = height },
        });
        page.SetDefaultTimeout(PatienceMs);
        return new(page) { ByKeyboard = byKeyboard };
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static void SetDefaultExpectTimeout(float milliseconds) => Assertions.SetDefaultExpectTimeout(milliseconds);
}
