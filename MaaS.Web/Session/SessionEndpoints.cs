// Signing out is a plain form post: the API forgets the session, the browser forgets the cookie.
using MaaS.Contracts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace MaaS.Web.Session;

internal static class SessionEndpoints
{
    public static void MapSession(this WebApplication app)
    {
        app.MapPost("/sign-out", SignOut).DisableAntiforgery();
        app.MapOidc();
    }

    private static async Task<IResult> SignOut(HttpContext context, IAntiforgery antiforgery, ApiClients clients, CancellationToken token)
    {
        // Asked by hand because nothing binds from the form, and only binding makes the middleware ask.
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.Redirect("/");
        try
        {
            await clients.ForRequest(context).SignOut(token);
        }
        catch (Exception refusal) when (refusal is ProblemException or HttpRequestException)
        {
            // The session ended already or the API is away; this browser forgets it all the same.
        }
        await context.SignOutAsync();
        return Results.Redirect("/sign-in");
    }

    /// <summary>Only a path of this portal may be returned to, or the form could lead anywhere.</summary>
    public static string LocalPath(string? path) =>
        path is ['/', ..] and not ['/', '/' or '\\', ..] ? path : "/";
}
