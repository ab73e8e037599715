using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Session;

public sealed class SignInPageTests
{
    private static readonly Problem WrongPassword = new(401, "wrong_credentials", "Unauthorized", "The e-mail or the password is wrong.");

    [Fact]
    public async Task The_right_password_keeps_the_session_in_an_encrypted_cookie_and_leads_back()
    {
        await using var portal = new Portal();
        portal.Api.Answers("POST /api/session", new SessionCreated("token-1", DateTimeOffset.UtcNow.AddDays(7), portal.Caller));
        var context = BrowserContext(portal);

        SignIn(portal, context, "/sign-in?return=%2Fmodels", "ada@example.com", "a long password");

        var cookie = context.Response.Headers.SetCookie.ToString();
        Assert.Contains("maas-test=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", cookie, StringComparison.Ordinal);
        Assert.Equal("http://localhost/models", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task A_wrong_password_shows_the_sentence_of_the_API_and_sets_no_cookie()
    {
        await using var portal = new Portal();
        portal.Api.Refuses("POST /api/session", WrongPassword);
        var context = BrowserContext(portal);

        var page = SignIn(portal, context, "/sign-in", "ada@example.com", "not it");

        Assert.Equal(WrongPassword.Detail, page.Find("[role=alert] span").TextContent);
        Assert.Equal(0, context.Response.Headers.SetCookie.Count);
    }

    [Fact]
    public async Task An_address_that_is_none_never_reaches_the_API()
    {
        await using var portal = new Portal();

        var page = SignIn(portal, BrowserContext(portal), "/sign-in", "ada", "whatever it is");

        Assert.Contains("e-mail", page.Find("[role=alert]").TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(portal.Api.Calls);
    }

    [Theory]
    [InlineData("/models", "/models")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("https://elsewhere.example", "/")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    public void Only_a_path_of_the_portal_is_returned_to(string? path, string expected) =>
        Assert.Equal(expected, SessionEndpoints.LocalPath(path));

    private static IRenderedComponent<SignInPage> SignIn(Portal portal, HttpContext context, string address, string email, string password)
    {
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        var page = portal.Render<SignInPage>(builder => builder.AddCascadingValue(context));
        var form = (SignInPage.SignInForm)page.Instance.GetType().GetProperty("Form", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(page.Instance)!;
        (form.Email, form.Password) = (email, password);
        page.Find("form").Submit();
        return page;
    }

    private static DefaultHttpContext BrowserContext(Portal portal)
    {
        portal.Services.AddLogging();
        portal.Services.AddDataProtection();
        portal.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie => cookie.Cookie.Name = "maas-test");
        portal.Services.AddSingleton<AntiforgeryStateProvider, NoAntiforgery>();
        return new DefaultHttpContext { RequestServices = portal.Services };
    }

    private sealed class NoAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }
}
