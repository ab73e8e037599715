using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Components;
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
        var context = StaticForm.BrowserContext(portal);

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
        var context = StaticForm.BrowserContext(portal);

        var page = SignIn(portal, context, "/sign-in", "ada@example.com", "not it");

        Assert.Equal(WrongPassword.Detail, page.Find("[role=alert] span").TextContent);
        Assert.Equal(0, context.Response.Headers.SetCookie.Count);
    }

    [Fact]
    public async Task An_address_that_is_none_never_reaches_the_API()
    {
        await using var portal = new Portal();

        var page = SignIn(portal, StaticForm.BrowserContext(portal), "/sign-in", "ada", "whatever it is");

        Assert.Contains("e-mail", page.Find("[role=alert]").TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.False(portal.Api.WasAsked);
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

    [Fact]
    public async Task When_a_code_is_needed_the_second_step_sends_it_with_what_the_first_one_had()
    {
        await using var portal = new Portal();
        portal.Api.On("POST /api/session", body => Task.FromResult(body.Contains("\"code\"", StringComparison.Ordinal)
            ? ScriptedApi.Json(System.Net.HttpStatusCode.OK, new SessionCreated("token-1", DateTimeOffset.UtcNow.AddDays(7), portal.Caller))
            : ScriptedApi.Json(System.Net.HttpStatusCode.Unauthorized, new Problem(401, "code_needed", "Unauthorized", "code must be given."), "application/problem+json")));
        var context = StaticForm.BrowserContext(portal);

        var first = SignIn(portal, context, "/sign-in?return=%2Fmodels", "ada@example.com", "a long password");
        var step = first.Find("input[type=hidden][name='Form.Sealed']").GetAttribute("value")!;
        Assert.Empty(first.FindAll("[role=alert]")); // no error, the next step
        Assert.DoesNotContain("a long password", first.Markup, StringComparison.Ordinal);
        StaticForm.Post<SignInPage, SignInPage.SignInForm>(portal, context, "/sign-in?return=%2Fmodels", form => (form.Sealed, form.Code) = (step, "123456"));

        Assert.Equal("""{"email":"ada@example.com","password":"a long password","code":"123456"}""", portal.Api.BodiesOf("POST /api/session").Last());
        Assert.Contains("maas-test=", context.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
        Assert.Equal("http://localhost/models", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task A_wrong_code_can_be_mended_and_a_step_that_nobody_sealed_begins_again()
    {
        await using var portal = new Portal();
        portal.Api.Refuses("POST /api/session", new Problem(401, "code_refused", "Unauthorized", "code is not what the app shows."));
        var context = StaticForm.BrowserContext(portal);
        var page = SignIn(portal, context, "/sign-in", "ada@example.com", "a long password");
        var forged = StaticForm.Post<SignInPage, SignInPage.SignInForm>(portal, context, "/sign-in", form => (form.Sealed, form.Code) = ("forged", "123456"));

        Assert.Equal("code is not what the app shows.", page.Find("[role=alert] span").TextContent);
        Assert.NotNull(page.Find("[data-testid=code]"));
        Assert.Equal("Entering the code took too long. Sign in again.", forged.Find("[role=alert] span").TextContent);
        Assert.NotNull(forged.Find("[data-testid=password]"));
        Assert.Single(portal.Api.BodiesOf("POST /api/session"));
    }

    private static IRenderedComponent<SignInPage> SignIn(Portal portal, HttpContext context, string address, string email, string password) =>
        StaticForm.Post<SignInPage, SignInPage.SignInForm>(portal, context, address, form => (form.Email, form.Password) = (email, password));
}
