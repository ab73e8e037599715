// The browser's way to the identity provider and back. What binds both ways together waits in a sealed cookie of this browser alone, so that
// nobody can be signed in by a link that somebody else began. What goes wrong is said on the sign-in page.
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Web.Shared;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Web.Session;

internal static class OidcEndpoints
{
    private const string Cookie = "maas.oidc";
    private const string Begun = "/sign-in/oidc";

    public static void MapOidc(this WebApplication app)
    {
        app.MapGet(Begun, Begin);
        app.MapGet("/sign-in/callback", Finish);
    }

    /// <param name="invitation">The token of a one-time link that is accepted by it.</param>
    public static string Address(string? returnTo, string? invitation = null) =>
        Begun + Query(("return", returnTo), ("invitation", invitation));

    private static async Task<IResult> Begin(
        HttpContext context, ApiClients clients, SealedNotes notes, CancellationToken token, string? invitation = null, [FromQuery(Name = "return")] string? returnTo = null)
    {
        try
        {
            var begun = await clients.ForRequest(context).BeginOidc(new(string.IsNullOrEmpty(invitation) ? null : invitation), token);
            context.Response.Cookies.Append(Cookie, notes.Seal(SealedNotes.Flow, begun.Flow, SessionEndpoints.LocalPath(returnTo)), Options(context));
            return Results.Redirect(begun.Address);
        }
        catch (Exception failure) when (Failure.Explains(failure, out var sentence))
        {
            return Said(notes, sentence, returnTo);
        }
    }

    private static async Task<IResult> Finish(
        HttpContext context, ApiClients clients, SealedNotes notes, CancellationToken token, string? state = null, string? code = null, string? error = null)
    {
        var note = context.Request.Cookies[Cookie];
        context.Response.Cookies.Delete(Cookie, Options(context));
        if (notes.Open(SealedNotes.Flow, note) is not [var flow, var returnTo])
            return Said(notes, T["This sign-in was begun in another browser, or took longer than ten minutes. Begin again."], null);
        if (string.IsNullOrEmpty(code) || string.IsNullOrEmpty(state))
            return Said(notes, error == "access_denied" ? T["You were not let in there, or did not want to be. Sign in another way, or begin again."] : T["The identity provider could not sign you in. Begin again, or tell the operator."], returnTo);
        try
        {
            await context.KeepSession(await clients.ForRequest(context).FinishOidc(new FinishOidc(flow, state, code), token));
            return Results.Redirect(returnTo);
        }
        catch (ProblemException refusal) when (refusal.Problem.Code == "code_needed")
        {
            return Results.Redirect("/sign-in" + Query(("step", notes.Seal(SealedNotes.Flow, flow, returnTo)), ("return", returnTo)));
        }
        catch (Exception failure) when (Failure.Explains(failure, out var sentence))
        {
            return Said(notes, sentence, returnTo);
        }
    }

    private static IResult Said(SealedNotes notes, string sentence, string? returnTo) =>
        Results.Redirect("/sign-in" + Query(("said", notes.Seal(SealedNotes.Sentence, sentence)), ("return", returnTo)));

    private static string Query(params (string Name, string? Value)[] parts) =>
        QueryString.Create(parts.Where(part => !string.IsNullOrEmpty(part.Value)).Select(part => KeyValuePair.Create(part.Name, part.Value))).ToString();

    // Lax, because the provider's page leads back here from another site.
    private static CookieOptions Options(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/sign-in", MaxAge = TimeSpan.FromMinutes(10), IsEssential = true };
}
