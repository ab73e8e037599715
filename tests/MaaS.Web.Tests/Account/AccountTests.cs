// One's own account: password, authenticator, sessions; each form valid, invalid, refused, pressed twice.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Account;

namespace MaaS.Web.Tests.Account;

public sealed class AccountTests
{
    private static readonly SessionView s_here = new(Guid.CreateVersion7(), "Firefox on Linux", "192.0.2.7", "harbour", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, true);
    private static readonly SessionView s_there = s_here with { Id = Guid.CreateVersion7(), Device = "Safari on iPhone", Current = false };

    [Fact]
    public async Task The_password_is_changed_once_however_often_the_button_is_pressed()
    {
        await using var portal = new Portal();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On("PUT /api/account/password", _ => answer.Task);
        var page = portal.Page<PasswordForm>();
        await page.Find("[data-testid=present-password]").ChangeAsync(" present one ");
        await page.Find("[data-testid=new-password]").ChangeAsync("a new password");

        var (first, second) = (page.Find("[data-testid=change-password]").ClickAsync(), page.Find("[data-testid=change-password]").ClickAsync());
        answer.SetResult(new(HttpStatusCode.NoContent));
        await Task.WhenAll(first, second);

        Assert.Equal("""{"password":" present one ","new_password":"a new password"}""", Assert.Single(portal.Api.BodiesOf("PUT /api/account/password")));
        Assert.NotNull(page.Find("[data-testid=password-changed]"));
        Assert.True(string.IsNullOrEmpty(page.Find("[data-testid=new-password]").GetAttribute("value")));
    }

    [Fact]
    public async Task A_password_that_is_too_short_is_not_even_sent_and_a_wrong_one_is_said()
    {
        await using var portal = new Portal();
        portal.Api.Refuses("PUT /api/account/password", new Problem(422, "password_wrong", "Invalid", "password is not your present one."));
        var page = portal.Page<PasswordForm>();
        await page.Find("[data-testid=present-password]").ChangeAsync("not it");
        await page.Find("[data-testid=new-password]").ChangeAsync("short");
        await page.Find("[data-testid=change-password]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=new-password]").GetAttribute("aria-invalid"));
        Assert.Empty(portal.Api.Calls);

        await page.Find("[data-testid=new-password]").ChangeAsync("long enough this time");
        await page.Find("[data-testid=change-password]").ClickAsync();
        Assert.Contains("password is not your present one.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=password-changed]"));
    }

    [Fact]
    public async Task An_authenticator_is_scanned_confirmed_and_leaves_recovery_codes()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/account/authenticator", new AuthenticatorView(false, null, 0));
        portal.Api.Answers("POST /api/account/authenticator", new AuthenticatorSetup("JBSWY3DP", "otpauth://totp/MaaS:ada?secret=JBSWY3DP"));
        portal.Api.Answers("POST /api/account/authenticator/confirmation", new RecoveryCodes(["aaaa-bbbb", "cccc-dddd"]));
        var page = portal.Page<AuthenticatorCard>();
        await page.Find("[data-testid=authenticator-password]").ChangeAsync("a long password");
        await page.Find("[data-testid=authenticator-begin]").ClickAsync();

        Assert.Equal("JBSWY3DP", page.Find("[data-testid=authenticator-secret]").TextContent);
        Assert.Equal(Finders, Corners(page.Find("[data-testid=qr] path").GetAttribute("d")!));
        await page.Find("[data-testid=authenticator-confirm]").ClickAsync();
        Assert.Equal("true", page.Find("[data-testid=authenticator-code]").GetAttribute("aria-invalid"));
        portal.Api.Answers("GET /api/account/authenticator", new AuthenticatorView(true, DateTimeOffset.UnixEpoch, 2));
        await page.Find("[data-testid=authenticator-code]").ChangeAsync("123 456");
        await page.Find("[data-testid=authenticator-confirm]").ClickAsync();

        Assert.Equal("aaaa-bbbb\ncccc-dddd", page.Find("[data-testid=recovery-codes]").TextContent);
        await page.Find("[data-testid=codes-kept]").ClickAsync();
        Assert.DoesNotContain("aaaa-bbbb", page.Markup, StringComparison.Ordinal);
        Assert.Contains("2 recovery codes are left", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_turned_off_with_a_code_and_a_wrong_one_is_said()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/account/authenticator", new AuthenticatorView(true, DateTimeOffset.UnixEpoch, 10));
        portal.Api.Refuses("POST /api/account/authenticator/removal", new Problem(422, "code_refused", "Invalid", "code is not what the app shows."));
        var page = portal.Page<AuthenticatorCard>();
        await page.Find("[data-testid=authenticator-deed]").ChangeAsync("False");
        await page.Find("[data-testid=authenticator-code]").ChangeAsync("000000");
        await page.Find("[data-testid=authenticator-apply]").ClickAsync();
        Assert.Contains("code is not what the app shows.", page.Markup, StringComparison.Ordinal);

        portal.Api.On("POST /api/account/authenticator/removal", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));
        portal.Api.Answers("GET /api/account/authenticator", new AuthenticatorView(false, null, 0));
        await page.Find("[data-testid=authenticator-apply]").ClickAsync();
        Assert.NotNull(page.Find("[data-testid=authenticator-begin]"));
    }

    [Fact]
    public async Task A_session_is_ended_after_asking_and_the_one_here_only_with_all_of_them()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/account/sessions", new[] { s_here, s_there });
        portal.Api.On($"DELETE /api/account/sessions/{s_there.Id}", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));
        portal.Api.On("DELETE /api/account/sessions", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));
        var dialogs = portal.Dialogs();
        var page = portal.Page<SessionList>();

        // Ends with the answer to the dialog that it opens.
        var one = Assert.Single(page.FindAll("[data-testid=sessions] tbody button")).ClickAsync();
        Assert.DoesNotContain(portal.Api.Calls, call => call.Call.StartsWith("DELETE", StringComparison.Ordinal));
        await (await dialogs.WaitForElementAsync("[data-testid=confirm]")).ClickAsync();
        await one;
        Assert.Single(portal.Api.BodiesOf($"DELETE /api/account/sessions/{s_there.Id}"));

        var all = page.Find("[data-testid=end-sessions]").ClickAsync();
        await (await dialogs.WaitForElementAsync("[data-testid=confirm]")).ClickAsync();
        await all;
        Assert.Equal("/sign-out", portal.JSInterop.Invocations["maas.post"].Single().Arguments[0]);
        Assert.Single(portal.Api.BodiesOf("DELETE /api/account/sessions"));
    }

    // The dark ring around each of the three corner marks is what a phone looks for first.
    private static readonly (bool, bool, bool) Finders = (true, true, true);

    private static (bool, bool, bool) Corners(string path)
    {
        var dark = path.Split('M', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('h')[0].Split(' ')).Select(at => (X: int.Parse(at[0], null), Y: int.Parse(at[1], null))).ToHashSet();
        var (first, last) = (dark.Min(at => at.X), dark.Max(at => at.X));
        bool Mark(int x, int y) => Enumerable.Range(0, 7).All(i => dark.Contains((x + i, y)) && dark.Contains((x, y + i)) && dark.Contains((x + i, y + 6)) && dark.Contains((x + 6, y + i)));
        return (Mark(first, first), Mark(last - 6, first), Mark(first, last - 6));
    }
}
