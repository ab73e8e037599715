// A provider that cannot work stops the server's start with a sentence that names the setting. The server is the real program.
using System.Diagnostics;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class OidcSettingsTests
{
    [Theory]
    [InlineData("http://login.example.com", "maas", "https://maas.example.com", "", "", "Oidc:Authority is \"http://login.example.com\"; it must be the provider's https address")]
    [InlineData("login.example.com", "maas", "https://maas.example.com", "", "", "Oidc:Authority is \"login.example.com\"")]
    [InlineData("https://login.example.com", "", "https://maas.example.com", "", "", "Oidc:Authority is set, so Oidc:ClientId must be too")]
    [InlineData("https://login.example.com", "maas", "", "", "", "Oidc:Authority is set, so Portal:Address must be too")]
    [InlineData("https://login.example.com", "maas", "https://maas.example.com", "newcomers", "", "Oidc:JoinTeam is set, so Oidc:Domains must say who may join")]
    [InlineData("https://login.example.com", "maas", "https://maas.example.com", "newcomers", "owner", "Oidc:JoinRole is \"owner\"; it must be viewer, member or admin.")]
    public async Task A_setting_that_cannot_work_is_named_at_the_start(string authority, string client, string portal, string team, string role, string sentence)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MaaS.Api.dll")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new[]
        {
            ("ConnectionStrings__maas", "Host=nowhere.invalid"), ("ConnectionStrings__artifacts", "file:///nowhere"), ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            ("Oidc__Authority", authority), ("Oidc__ClientId", client), ("Portal__Address", portal), ("Oidc__JoinTeam", team), ("Oidc__JoinRole", role), ("Oidc__Domains", role == "" ? "" : "*"),
        })
            start.Environment[name] = value;
        using var server = Process.Start(start)!;
        var said = server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(sentence, await said, StringComparison.Ordinal);
        Assert.NotEqual(0, server.ExitCode);
    }
}
