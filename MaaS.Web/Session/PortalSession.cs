// How a browser's sign-in becomes an API session: the session token lives in an encrypted cookie and goes on as bearer.
// It does not know passwords beyond handing them to the API once, and decides nothing about who may do what.
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using System.Security.Claims;

namespace MaaS.Web.Session;

internal static class PortalSession
{
    /// <summary>The directory the cookie's keys persist in; without it every restart signs everybody out.</summary>
    private const string KeyDirectory = "MAAS_DATA_PROTECTION";

    private const string Token = "maas.session";

    public static void AddPortalSession(this WebApplicationBuilder builder)
    {
        var keys = builder.Services.AddDataProtection().SetApplicationName("MaaS.Web");
        if (builder.Configuration[KeyDirectory] is { Length: > 0 } directory)
            keys.PersistKeysToFileSystem(Directory.CreateDirectory(directory));

        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "maas";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "return";
            cookie.SlidingExpiration = false;
            cookie.Events.OnRedirectToLogin = SendToSignIn;
        });
        builder.Services.AddAuthorization();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "maas.antiforgery";
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });

        builder.Services.AddHttpClient(ApiClients.Api).SafeRetriesOnly();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<ApiClients>();
        builder.Services.AddSingleton<SealedNotes>();
        builder.Services.AddScoped<SessionEnd>();
        builder.Services.AddScoped(services => services.GetRequiredService<ApiClients>().ForCircuit(
            services.GetRequiredService<AuthenticationStateProvider>(), services.GetRequiredService<SessionEnd>()));
    }

    public static string? SessionToken(this ClaimsPrincipal user) => user.FindFirstValue(Token);

    /// <summary>Puts the API's session into this browser's cookie, until the API's session ends.</summary>
    public static Task KeepSession(this HttpContext context, SessionCreated session) => context.SignInAsync(
        new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.Name, session.Caller.Name), new(Token, session.Token)], CookieAuthenticationDefaults.AuthenticationScheme)),
        new AuthenticationProperties { IsPersistent = true, ExpiresUtc = session.ExpiresAt });

    // A retried POST could deploy twice, and a time-out would cut a long upload; a retried GET only helps.
    private static void SafeRetriesOnly(this IHttpClientBuilder http)
    {
#pragma warning disable EXTEXP0001 // The only way to leave the defaults that every other client gets.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        http.AddResilienceHandler("safe-retries", pipeline =>
        {
            var retry = new HttpRetryStrategyOptions { MaxRetryAttempts = 3, Delay = TimeSpan.FromMilliseconds(200) };
            retry.DisableForUnsafeHttpMethods();
            pipeline.AddRetry(retry);
        });
    }

    // A script that uploads must hear 401; only a page is sent to the form.
    private static Task SendToSignIn(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (HttpMethods.IsGet(context.Request.Method)) context.Response.Redirect(context.RedirectUri);
        else context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
