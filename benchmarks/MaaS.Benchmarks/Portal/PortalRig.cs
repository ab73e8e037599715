// A signed-in Chromium in front of the portal, and the catalog behind it. Knows how to get there and how to wait, not what is measured.
using System.Diagnostics;
using MaaS.Catalog;
using MaaS.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Npgsql;

namespace MaaS.Benchmarks.Portal;

internal sealed class PortalRig : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private PortalRig(IPlaywright playwright, IBrowser browser, IPage page, MaaSClient client, Guid team)
    {
        (_playwright, _browser, Page, Client, Team) = (playwright, browser, page, client, team);
        Database = NpgsqlDataSource.Create($"{Platform.Setting("ConnectionStrings__maas")};Command Timeout=600");
    }

    public IPage Page { get; }

    public MaaSClient Client { get; }

    public Guid Team { get; }

    public NpgsqlDataSource Database { get; }

    public static async Task<PortalRig> Start()
    {
        var client = await Platform.SignIn();
        var team = (await client.WhoAmI()).Team.Id;
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Platform.Setting("MAAS_CHROMIUM"),
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
        var page = await browser.NewPageAsync(new() { BaseURL = Platform.Setting("MAAS_WEB"), ViewportSize = new() { Width = 1440, Height = 900 } });
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync("/");
        await page.GetByTestId("email").FillAsync(Platform.Setting("MAAS_ADMIN_EMAIL"));
        await page.GetByTestId("password").FillAsync(Platform.Setting("MAAS_ADMIN_PASSWORD"));
        await page.GetByTestId("sign-in").ClickAsync();
        await page.GetByTestId("account").WaitForAsync();
        return new(playwright, browser, page, client, team);
    }

    public CatalogContext Context() =>
        new(new DbContextOptionsBuilder<CatalogContext>().UseNpgsql(Database).UseSnakeCaseNamingConvention().Options);

    /// <summary>A page of the same person in a browser that has kept nothing but the sign-in.</summary>
    public async Task<IPage> Fresh()
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = Platform.Setting("MAAS_WEB"),
            ViewportSize = new() { Width = 1440, Height = 900 },
            StorageState = await Page.Context.StorageStateAsync(),
        });
        return await context.NewPageAsync();
    }

    /// <summary>Opens a page from its address, as a bookmark does, until a script finds what it looks for, and again.</summary>
    /// <returns>The median of the seconds; the browser's cache is warm after a first time that is not counted.</returns>
    public async Task<double> Opened(string address, string until, int times = 7)
    {
        var seconds = new List<double>();
        for (var i = 0; i <= times; i++)
        {
            await Page.GotoAsync("about:blank");
            var watch = Stopwatch.StartNew();
            await Page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Commit });
            await Until(until);
            if (i > 0)
                seconds.Add(watch.Elapsed.TotalSeconds);
        }
        return seconds.Order().ElementAt(seconds.Count / 2);
    }

    /// <summary>Until the script is true in a frame that is being drawn.</summary>
    public Task Until(string script) => Page.WaitForFunctionAsync(script, null, new() { PollingInterval = null });

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Database.DisposeAsync();
    }
}
