// What the portal's cases need: a signed-in client, the database to put rows into, and a browser that is signed in too.
using MaaS.Contracts;
using Microsoft.Playwright;
using Npgsql;

namespace MaaS.Benchmarks.Portal;

internal sealed class PortalRig : IAsyncDisposable
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private PortalRig(MaaSClient client, Guid team, NpgsqlDataSource database) => (Client, Team, Database) = (client, team, database);

    public MaaSClient Client { get; }
    public Guid Team { get; }
    public NpgsqlDataSource Database { get; }

    public static async Task<PortalRig> Start()
    {
        var client = await Platform.SignIn();
        return new(client, (await client.WhoAmI()).Team.Id, NpgsqlDataSource.Create($"{Platform.Setting("ConnectionStrings__maas")};Command Timeout=600"));
    }

    /// <summary>A page of a signed-in browser; null, with a word, where no Chromium is.</summary>
    public async Task<IPage?> Page()
    {
        if (Environment.GetEnvironmentVariable("MAAS_CHROMIUM") is not { Length: > 0 } program)
        {
            Console.WriteLine("no Chromium here, so what a page takes is left out: apt-get install chromium (Debian), or name one in MAAS_CHROMIUM");
            return null;
        }
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        var page = await _browser.NewPageAsync(new() { BaseURL = Platform.Setting("MAAS_WEB"), ViewportSize = new() { Width = 1440, Height = 900 } });
        await page.GotoAsync("/sign-in");
        await page.GetByTestId("email").FillAsync(Platform.Setting("MAAS_ADMIN_EMAIL"));
        await page.GetByTestId("password").FillAsync(Platform.Setting("MAAS_ADMIN_PASSWORD"));
        await page.GetByTestId("sign-in").ClickAsync();
        await page.GetByTestId("account").WaitForAsync();
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        await Database.DisposeAsync();
    }
}
