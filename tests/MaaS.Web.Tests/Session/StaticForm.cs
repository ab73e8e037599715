// What a test of a form that works without scripts starts from: a browser's request, and its fields as the browser would post them.
using System.Reflection;
using Bunit;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Session;

internal static class StaticForm
{
    public static DefaultHttpContext BrowserContext(Portal portal)
    {
        portal.Services.AddLogging();
        portal.Services.AddDataProtection();
        portal.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie => cookie.Cookie.Name = "maas-test");
        portal.Services.AddSingleton<AntiforgeryStateProvider, NoAntiforgery>();
        if (!portal.Api.Knows("GET /api/session/oidc"))
            portal.Api.Refuses("GET /api/session/oidc", new(409, "oidc_not_configured", "Conflict", "The operator named no identity provider."));
        return new DefaultHttpContext { RequestServices = portal.Services };
    }

    /// <summary>Fills the form as it was posted, and handles the post.</summary>
    public static IRenderedComponent<TPage> Post<TPage, TForm>(Portal portal, HttpContext context, string address, Action<TForm> fill) where TPage : IComponent
    {
        portal.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        var page = portal.Render<TPage>(builder => builder.AddCascadingValue(context));
        fill((TForm)typeof(TPage).GetProperty("Form", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(page.Instance)!);
        page.Find("form").Submit();
        return page;
    }

    private sealed class NoAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }
}
