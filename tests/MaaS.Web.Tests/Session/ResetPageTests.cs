// Asking for a link to a new password, and following it: valid, invalid, refused.
using Bunit;
using MaaS.Contracts;
using MaaS.Web.Session;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using System.Net;

namespace MaaS.Web.Tests.Session;

public sealed class ResetPageTests
{
    [Fact]
    public async Task A_new_password_leads_to_the_sign_in_form_which_says_so()
    {
        await using var portal = new Portal();
        portal.Api.On("POST /api/session/reset", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));
        var context = StaticForm.BrowserContext(portal);

        Reset(portal, "/reset?token=mr_1", "a long password");
        var form = portal.Render<SignInPage>(builder => builder.AddCascadingValue<Microsoft.AspNetCore.Http.HttpContext>(context));

        Assert.Equal("""{"token":"mr_1","password":"a long password"}""", Assert.Single(portal.Api.BodiesOf("POST /api/session/reset")));
        Assert.Equal("http://localhost/sign-in?reset=true", portal.Services.GetRequiredService<NavigationManager>().Uri);
        Assert.Contains("Your new password is set", form.Find("[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/reset?token=mr_1", "short", "10")]
    [InlineData("/reset", "a long password", "token")]
    public async Task What_cannot_work_never_reaches_the_API(string address, string password, string words)
    {
        await using var portal = new Portal();

        Assert.Contains(words, Reset(portal, address, password).Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(portal.Api.Calls);
    }

    [Fact]
    public async Task A_link_that_was_used_says_so_and_leads_to_another()
    {
        await using var portal = new Portal();
        portal.Api.Refuses("POST /api/session/reset", new Problem(422, "reset_not_valid", "Invalid", "The link's token is used already."));

        var page = Reset(portal, "/reset?token=mr_1", "a long password");

        Assert.Equal("The link's token is used already.", page.Find("[role=alert] span").TextContent);
        Assert.NotNull(page.Find("a[href='/forgot']"));
    }

    [Fact]
    public async Task A_link_is_asked_for_by_e_mail_and_the_answer_says_nothing_about_the_account()
    {
        await using var portal = new Portal();
        portal.Api.On("POST /api/session/forgotten", _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent)));

        var page = Forget(portal, "ada@example.com");

        Assert.StartsWith("If ada@example.com has an account here", page.Find("[data-testid=forgot-sent]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_mail_server_it_says_whom_to_ask()
    {
        await using var portal = new Portal();
        portal.Api.Refuses("POST /api/session/forgotten", new Problem(409, "mail_not_configured", "Conflict", "Ask an admin."));

        Assert.Equal("Ask an admin.", Forget(portal, "ada@example.com").Find("[role=alert] span").TextContent);
        await using var other = new Portal();
        Assert.Contains("e-mail", Forget(other, "ada").Find("[role=alert]").TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(other.Api.Calls);
    }

    private static IRenderedComponent<ResetPage> Reset(Portal portal, string address, string password) =>
        StaticForm.Post<ResetPage, ResetPage.ResetForm>(portal, StaticForm.BrowserContext(portal), address, form => form.Password = password);

    private static IRenderedComponent<ForgotPage> Forget(Portal portal, string email) =>
        StaticForm.Post<ForgotPage, ForgotPage.ForgotForm>(portal, StaticForm.BrowserContext(portal), "/forgot", form => form.Email = email);
}
