// A person's account in a real browser: an authenticator is set up by the QR code's secret, signing in then takes a code, and the pages of
// sessions, notifications and the team are looked at; and the same account by way of an identity provider.
using MaaS.EndToEnd.Tests.AppHost;
using MaaS.Platform.Tests.Teams;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

public sealed class AccountTests : IDisposable
{
    private const string Email = "admin@example.com";
    private const string Password = "a password for a test";

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_person_sets_up_an_authenticator_and_signs_in_with_it()
    {
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password));
        var at = await browser.Page(run.Address("web"));
        await SignIn(at);
        await Expect(at.Id("first-steps")).ToBeVisibleAsync();

        await at.Goto("/account");
        await Expect(at.Id("sessions").Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(at.Id("sessions")).ToContainTextAsync("Chrome on Linux");
        await Expect(at.Id("sessions")).ToContainTextAsync("127.0.0.1");
        await at.Shot("account");
        await at.Id("authenticator-password").FillAsync(Password);
        await at.Id("authenticator-password").BlurAsync();
        await at.Id("authenticator-begin").ClickAsync();
        await Expect(at.Id("qr")).ToBeVisibleAsync();
        await at.Shot("authenticator");
        var secret = await at.Id("authenticator-secret").TextContentAsync();
        await at.Id("authenticator-code").FillAsync(AuthenticatorApp.Code(secret!));
        await at.Id("authenticator-code").BlurAsync();
        await at.Id("authenticator-confirm").ClickAsync();
        await Expect(at.Id("recovery-codes")).ToBeVisibleAsync();
        await at.Id("codes-kept").ClickAsync();

        await at.Id("end-sessions").ClickAsync();
        await at.Id("confirm").ClickAsync();
        await Expect(at.Id("sign-in-form")).ToBeVisibleAsync();
        await SignIn(at);
        await Expect(at.Id("code")).ToBeVisibleAsync();
        await at.Shot("sign-in-code");
        await at.Id("code").FillAsync(AuthenticatorApp.Code(secret!, 1));
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("first-steps")).ToBeVisibleAsync();

        await at.Id("bell").ClickAsync();
        await Expect(at.Id("choice")).ToBeVisibleAsync();
        await at.Shot("notifications");
        await at.Goto("/team");
        await Expect(at.Id("audit")).ToContainTextAsync("turned_on");
        await at.Shot("team");
        Assert.True((await File.ReadAllTextAsync(await at.Saved("audit-file"), TestContext.Current.CancellationToken)).StartsWith("number,at,actor", StringComparison.Ordinal));

        await at.Id("account").GetByRole(AriaRole.Button).ClickAsync();
        await at.Id("sign-out").ClickAsync();
        await Expect(at.Id("sign-in-form")).ToBeVisibleAsync();
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    [Fact]
    public async Task A_person_signs_in_through_the_identity_provider_and_out_again()
    {
        var portal = $"http://localhost:{AppHostRun.FreePort()}/";
        await using var provider = await OidcServer.Start(TestContext.Current.CancellationToken, portal);
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(
            _data, [("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password), ("MAAS_WEB_PORT", $"{new Uri(portal).Port}"), .. provider.Settings]);
        var at = await browser.Page(new(portal));

        await at.Goto("/account");
        await Expect(at.Id("oidc")).ToHaveTextAsync("Continue with Harbour ID");
        await at.Shot("sign-in-provider");
        provider.Next = new("stranger", "stranger@example.com");
        await at.Id("oidc").ClickAsync();
        await Expect(at.Id("error")).ToContainTextAsync("stranger@example.com has no account here.");
        provider.Next = new("ada", Email);
        await at.Id("oidc").ClickAsync();
        await Expect(at.Id("identities")).ToContainTextAsync(provider.Address);
        await at.Shot("account-linked");
        await at.Id("account").GetByRole(AriaRole.Button).ClickAsync();
        await at.Id("sign-out").ClickAsync();
        await Expect(at.Id("sign-in-form")).ToBeVisibleAsync();
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }

    private static async Task SignIn(PortalPage at)
    {
        await at.Goto("/sign-in");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync(Password);
        await at.Id("sign-in").ClickAsync();
    }
}
