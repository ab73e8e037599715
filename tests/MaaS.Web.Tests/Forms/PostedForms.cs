// The forms that work without scripts: signing in, redeeming a link, asking for one and following it.
using System.Net;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Session;
using MaaS.Web.Tests.Session;
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Tests.Forms;

public abstract class PostedFormTests<TPage, TForm> : OwnFormTests<TPage> where TPage : IComponent
{
    private protected abstract string Address { get; }

    private protected abstract string Call { get; }

    private protected abstract string Sends { get; }

    private protected abstract void Fill(TForm form, bool right);

    private protected virtual object? Answer(Portal portal) => null;

    public override async Task What_is_right_is_sent_as_it_was_entered()
    {
        await using var portal = Answering();
        Post(portal, right: true);

        Assert.Equal(Sends, Assert.Single(portal.Api.BodiesOf(Call)));
    }

    public override async Task What_is_wrong_is_said_and_never_sent()
    {
        await using var portal = Answering();

        Assert.NotEmpty(Post(portal, right: false).Find("[role=alert] span").TextContent);
        Assert.Empty(portal.Api.BodiesOf(Call));
    }

    public override async Task A_refusal_is_said()
    {
        await using var portal = new Portal();
        portal.Api.Refuses(Call, new Problem(409, "not_now", "Conflict", "Not now; try again later."));

        Assert.Equal("Not now; try again later.", Post(portal, right: true).Find("[role=alert] span").TextContent);
    }

    // The browser's own doing: portal.js lets a form with this mark go once.
    public override async Task Two_clicks_send_it_once()
    {
        await using var portal = Answering();

        Assert.True(Post(portal, right: false).Find("form").HasAttribute("data-once"));
        Assert.Contains("matches('[data-once]')", Assert.Single(PortalSources.Of("portal.js")).Text, StringComparison.Ordinal);
    }

    private Portal Answering()
    {
        var portal = new Portal();
        portal.Api.On(Call, _ => Task.FromResult(Answer(portal) is { } answer ? ScriptedApi.Json(HttpStatusCode.OK, answer) : new HttpResponseMessage(HttpStatusCode.NoContent)));
        return portal;
    }

    private IRenderedComponent<TPage> Post(Portal portal, bool right) =>
        StaticForm.Post<TPage, TForm>(portal, StaticForm.BrowserContext(portal), Address, form => Fill(form, right));
}

public sealed class SignInFormTests : PostedFormTests<SignInPage, SignInPage.SignInForm>
{
    private protected override string Address => "/sign-in";

    private protected override string Call => "POST /api/session";

    private protected override string Sends => """{"email":"ada@example.com","password":"a long password"}""";

    private protected override object Answer(Portal portal) => new SessionCreated("token-1", DateTimeOffset.UtcNow.AddDays(7), portal.Caller);

    private protected override void Fill(SignInPage.SignInForm form, bool right) => (form.Email, form.Password) = (right ? "ada@example.com" : "ada", "a long password");
}

public sealed class SetupFormTests : PostedFormTests<SetupPage, SetupPage.SetupForm>
{
    private protected override string Address => "/setup?token=mi_1";

    private protected override string Call => "POST /api/session/invitation";

    private protected override string Sends => """{"token":"mi_1","password":"a long password"}""";

    private protected override object Answer(Portal portal) => new SessionCreated("token-1", DateTimeOffset.UtcNow.AddDays(7), portal.Caller);

    private protected override void Fill(SetupPage.SetupForm form, bool right) => form.Password = right ? "a long password" : "short";
}

public sealed class ForgotFormTests : PostedFormTests<ForgotPage, ForgotPage.ForgotForm>
{
    private protected override string Address => "/forgot";

    private protected override string Call => "POST /api/session/forgotten";

    private protected override string Sends => """{"email":"ada@example.com"}""";

    private protected override void Fill(ForgotPage.ForgotForm form, bool right) => form.Email = right ? "ada@example.com" : "ada";
}

public sealed class ResetFormTests : PostedFormTests<ResetPage, ResetPage.ResetForm>
{
    private protected override string Address => "/reset?token=mr_1";

    private protected override string Call => "POST /api/session/reset";

    private protected override string Sends => """{"token":"mr_1","password":"a long password"}""";

    private protected override void Fill(ResetPage.ResetForm form, bool right) => form.Password = right ? "a long password" : "short";
}
