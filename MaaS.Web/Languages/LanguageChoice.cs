// Whose turn a language is: the one that a person chose, kept in a cookie, otherwise the one that the browser asks for.
// A circuit has the culture of the request that opened it, so a choice takes effect with the next load of a page.
using MaaS.Web.Session;
using Microsoft.AspNetCore.Localization;
using MudBlazor;

namespace MaaS.Web.Languages;

internal static class LanguageChoice
{
    private const string Cookie = "maas.language";

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(365);

    public static void AddLanguages(this IServiceCollection services)
    {
        services.AddTransient<MudLocalizer, MudTexts>();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            string[] codes = [.. Language.All.Select(language => language.Code)];
            options.SetDefaultCulture(codes[0]).AddSupportedCultures(codes).AddSupportedUICultures(codes);
            options.ApplyCurrentCultureToResponseHeaders = true;
            options.RequestCultureProviders = [new CookieRequestCultureProvider { CookieName = Cookie }, new AcceptLanguageHeaderRequestCultureProvider()];
        });
    }

    public static void MapLanguages(this WebApplication app) => app.MapGet("/language/{code}", Choose);

    // By a link, so that it works without a circuit: a preference of this browser alone, of which another site gains nothing.
    internal static IResult Choose(string code, string? @return, HttpContext context)
    {
        if (Language.All.FirstOrDefault(language => language.Code == code) is not { } chosen) return Results.NotFound();
        context.Response.Cookies.Append(Cookie, CookieRequestCultureProvider.MakeCookieValue(new(chosen.Code)), new()
        {
            MaxAge = s_kept,
            SameSite = SameSiteMode.Lax,
            HttpOnly = true,
            Secure = context.Request.IsHttps,
            IsEssential = true,
        });
        return Results.LocalRedirect(SessionEndpoints.LocalPath(@return));
    }
}
