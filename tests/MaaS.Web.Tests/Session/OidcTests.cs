// The way through the identity provider: the button, the code of who has an authenticator app, and the sentence when it went wrong.
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Session;

public sealed class OidcTests
{
    [Fact]
    public async Task The_button_is_there_only_where_there_is_a_provider()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/session/oidc", new OidcView("Harbour ID"));
        var button = Open<SignInPage>(portal, "/sign-in?return=%2Fmodels").Find("[data-testid=oidc]");
        await using var without = new Portal();
        await using var away = new Portal();
        away.Api.On("GET /api/session/oidc", _ => throw new HttpRequestException("away"));

        Assert.Equal(("Continue with Harbour ID", "/sign-in/oidc?return=%2Fmodels", "false"), (button.TextContent, button.GetAttribute("href"), button.GetAttribute("data-enhance-nav")));
        Assert.Empty(Open<SignInPage>(without, "/sign-in").FindAll("[data-testid=oidc]"));
        Assert.Empty(Open<SignInPage>(away, "/sign-in").FindAll("[data-testid=oidc]"));
    }

    [Fact]
    public async Task An_invitation_goes_along()
    {
        await using var portal = new Portal();
        portal.Api.Answers("GET /api/session/oidc", new OidcView("Harbour ID"));

        Assert.Equal("/sign-in/oidc?invitation=mi_1", Open<SetupPage>(portal, "/setup?token=mi_1").Find("[data-testid=oidc]").GetAttribute("href"));
    }

    [Fact]
    public async Task What_went_wrong_is_said_above_the_form_when_the_portal_itself_wrote_it()
    {
        await using var portal = new Portal();
        var context = StaticForm.BrowserContext(portal);
        var said = portal.Services.GetRequiredService<SealedNotes>().Seal(SealedNotes.Sentence, "The provider is away.");

        Assert.Equal("The provider is away.", Open<SignInPage>(portal, $"/sign-in?said={said}", context).Find("[role=alert] span").TextContent);
        Assert.Empty(Open<SignInPage>(portal, "/sign-in?said=Send%20me%20your%20password", context).FindAll("[role=alert]"));
    }

    [Fact]
    public async Task Who_has_an_authenticator_app_gives_its_code_and_may_mistype_it()
    {
        await using var portal = new Portal();
        var context = StaticForm.BrowserContext(portal);
        var step = portal.Services.GetRequiredService<SealedNotes>().Seal(SealedNotes.Flow, "mo_1", "/models");
        portal.Api.Refuses("POST /api/session/oidc/code", new Problem(401, "code_refused", "Unauthorized", "code is not what the app shows."));
        var address = $"/sign-in?step={step}&return=%2Fmodels";

        Assert.Equal(step, Open<SignInPage>(portal, address, context).Find("input[type=hidden][name='Form.Sealed']").GetAttribute("value"));
        var wrong = Give(portal, context, address, step, "111111");
        Assert.Equal("code is not what the app shows.", wrong.Find("[role=alert] span").TextContent);
        Assert.Contains("required", Give(portal, context, address, step, "").Find("[role=alert] span").TextContent, StringComparison.Ordinal);
        portal.Api.Answers("POST /api/session/oidc/code", new SessionCreated("token-1", DateTimeOffset.UtcNow.AddDays(7), portal.Caller));
        Give(portal, context, address, wrong.Find("input[type=hidden][name='Form.Sealed']").GetAttribute("value")!, "123456");

        Assert.Equal(["""{"flow":"mo_1","code":"111111"}""", """{"flow":"mo_1","code":"123456"}"""], portal.Api.BodiesOf("POST /api/session/oidc/code"));
        Assert.Contains("maas-test=", context.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
        Assert.Equal("http://localhost/models", portal.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task A_step_that_nobody_sealed_begins_again()
    {
        await using var portal = new Portal();

        var page = Open<SignInPage>(portal, "/sign-in?step=forged");

        Assert.Equal("Entering the code took too long. Sign in again.", page.Find("[role=alert] span").TextContent);
        Assert.NotNull(page.Find("[data-testid=password]"));
    }

    private static IRenderedComponent<SignInPage> Give(Portal portal, HttpContext context, string address, string step, string code) =>
        StaticForm.Post<SignInPage, SignInPage.SignInForm>(portal, context, address, form => (form.Sealed, form.Code) = (step, code));

    private static IRenderedComponent<T> Open<T>(Portal portal, string address, HttpContext? context = null) where T : IComponent
    {
        context ??= StaticForm.BrowserContext(portal);
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return portal.Render<T>(builder => builder.AddCascadingValue(context));
    }
}
