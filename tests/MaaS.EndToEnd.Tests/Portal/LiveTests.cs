// What a tab costs the API: one connection, whatever is on it; and the keyboard's way through the portal.
using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.EndToEnd.Tests.AppHost;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

public sealed class LiveTests : IDisposable
{
    private const string Email = "admin@example.com";
    private const string Password = "a password for a test";

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_run_page_and_the_bell_hear_over_one_connection_and_the_keyboard_reaches_everything()
    {
        var port = AppHostRun.FreePort();
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password), ("MAAS_API_METRICS_PORT", $"{port}"));
        var at = await browser.Page(run.Address("web"));
        await at.Goto("/");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync(Password);
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("first-steps")).ToBeVisibleAsync();
        await at.Goto("/datasets");
        await at.Id("sample-churn").ClickAsync();
        await Expect(at.Id("train-on")).ToBeVisibleAsync();
        Assert.Equal(1, await Streams(port));

        await at.Press("Control+k");
        await at.Id("palette-box").FillAsync("customer");
        await Expect(at.Id("palette-list")).ToContainTextAsync("Customer churn");
        await at.Shot("palette");
        await at.Id("palette-box").FillAsync("train a model");
        await Expect(at.Id("palette-item").First).ToContainTextAsync("Train a model");
        await at.Press("Enter");
        await Expect(at.Id("palette-box")).ToHaveCountAsync(0);
        Assert.EndsWith("/train", at.Address, StringComparison.Ordinal);

        await at.Press("?");
        await Expect(at.Id("shortcuts")).ToBeVisibleAsync();
        await at.Shot("shortcuts");
        await at.Press("Escape");
        await Expect(at.Id("shortcuts")).ToHaveCountAsync(0);
        await at.Press("g");
        await at.Press("j");
        await Expect(at.Id("jobs")).ToBeVisibleAsync();
        Assert.Equal(1, await Streams(port));

        await at.Resize(360, 740);
        foreach (var path in new[] { "/", "/datasets", "/train", "/experiments", "/runs", "/jobs", "/models", "/deployments", "/playground", "/workers", "/team", "/account", "/notifications" })
        {
            await at.Goto(path);
            Assert.True(await at.Width() <= 360, $"{path} is {await at.Width()} pixels wide on a phone of 360.");
        }
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    /// <summary>How many streams the API says are open, once the portal is through with changing them and a tab that was left has been put away.</summary>
    private static async Task<int> Streams(int port)
    {
        using var http = new HttpClient();
        for (var tries = 0; ; tries++)
        {
            await Task.Delay(1500, Token);
            var text = await http.GetStringAsync($"http://127.0.0.1:{port}/metrics", Token);
            var streams = int.Parse(Regex.Match(text, @"^maas_event_streams (\d+)", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);
            if (streams <= 1 || tries == 20)
                return streams;
        }
    }
}
