// Signing in and out, and choosing among one's teams. An unknown address and a wrong password look and take the same; that a code is
// needed is told only to who knows the password.
using MaaS.Api.Problems;
using MaaS.Api.Teams.Oidc;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder api)
    {
        var session = api.MapGroup("session").WithTags("Sign-in");
        session.MapPost("", SignIn).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithSummary("Sign in with e-mail and password");
        session.MapPost("invitation", InvitationEndpoints.Accept).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy)
            .WithSummary("Redeem a one-time link: set a password, join the team and sign in");
        session.MapPost("forgotten", PasswordResets.Forget).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithSummary("Ask for a link to a new password by e-mail");
        session.MapPost("reset", PasswordResets.Reset).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy)
            .WithSummary("Redeem a link: set a new password, and end every session");
        session.MapOidc();
        session.MapGet("", WhoAmI).WithSummary("Who is calling, and for which team");
        session.MapPut("team", SwitchTeam).WithSummary("Make another of one's teams the session's team");
        session.MapDelete("", SignOut).WithSummary("Sign out");
    }

    private static async Task<Results<Ok<SessionCreated>, UnauthenticatedProblem>> SignIn(
        SignIn request, Visitor visitor, CatalogContext context, Passwords passwords, Authenticators authenticators, CallerViews views, TimeProvider clock, CancellationToken token)
    {
        var email = request.Email.ToLowerInvariant();
        var now = clock.GetUtcNow();
        var user = await context.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Email == email, token);
        var member = passwords.Verify(user, request.Password, now)
            ? await context.Members.Where(row => row.UserId == user!.Id).OrderBy(row => row.JoinedAt).FirstOrDefaultAsync(token)
            : null;
        if (member is null)
        {
            await Passwords.CountFailure(context, email, now, token);
            return new UnauthenticatedProblem("sign_in_failed",
                $"The e-mail address and the password do not belong together, or the account is locked for {Passwords.Lock.TotalMinutes} minutes after {Passwords.MaxFailures} failed tries.");
        }
        if (await CodeRefused(context, user!, request.Code, authenticators, now, token) is { } refused)
            return refused;
        await Passwords.ForgetFailures(context, user!.Id, token);
        return TypedResults.Ok(await Open(context, views, user, member, visitor, now, token));
    }

    /// <summary>Null when the account has no authenticator, or the code is right and is now used up.</summary>
    public static async Task<UnauthenticatedProblem?> CodeRefused(
        CatalogContext context, User user, string? code, Authenticators authenticators, DateTimeOffset now, CancellationToken token)
    {
        if (user.AuthenticatorSince is null)
            return null;
        if (string.IsNullOrWhiteSpace(code))
            return new("code_needed", "code must be given: the six digits that the authenticator app shows now, or a recovery code.");
        if (await authenticators.Accept(context, user, code, now, token))
            return null;
        await Passwords.CountFailure(context, user.Email, now, token);
        return new("code_refused", "code is not what the authenticator app shows now and no recovery code, or it was used already; wait for the app's next one.");
    }

    /// <summary>Makes a session; its token is in the answer and nowhere else.</summary>
    /// <param name="how">For the audit log: <c>through Contoso</c>; null for the password.</param>
    public static async Task<SessionCreated> Open(
        CatalogContext context, CallerViews views, User user, Member member, Visitor visitor, DateTimeOffset now, CancellationToken token, string? how = null)
    {
        var secret = Secrets.New(Secrets.Session);
        var expires = now + Callers.SessionLife;
        var caller = new Caller(member.TeamId, member.Role, user.Email, user.Id, null);
        context.Sessions.Add(new Session
        {
            TokenHash = Secrets.Hash(secret),
            UserId = user.Id,
            TeamId = member.TeamId,
            Device = visitor.Device,
            Address = visitor.Address,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = expires,
        });
        context.Audit(caller, "signed_in", "session", user.Email, how);
        await context.SaveChangesAsync(token);
        await context.Sessions.Where(row => row.ExpiresAt < now).ExecuteDeleteAsync(token);
        return new(secret, expires, await views.Of(context, caller, token));
    }

    /// <summary>Of the session that asks.</summary>
    public static byte[] SessionHash(HttpContext http) => Secrets.Hash(http.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim());

    private static async Task<Ok<CallerView>> WhoAmI(Caller caller, CatalogContext context, CallerViews views, CancellationToken token) =>
        TypedResults.Ok(await views.Of(context, caller, token));

    private static async Task<Results<Ok<CallerView>, NotFoundProblem, ForbiddenProblem>> SwitchTeam(
        SwitchTeam request, HttpContext http, Caller caller, CatalogContext context, Callers callers, CallerViews views, CancellationToken token)
    {
        if (caller.UserId is null)
            return new ForbiddenProblem("session_needed", "An API key belongs to one team for ever; only a person's session can switch.");
        var member = await context.Members.SingleOrDefaultAsync(row => row.UserId == caller.UserId && row.TeamId == request.TeamId, token);
        if (member is null)
            return new NotFoundProblem("team", request.TeamId);
        var hash = SessionHash(http);
        await context.Sessions.Where(row => row.TokenHash == hash).ExecuteUpdateAsync(row => row.SetProperty(s => s.TeamId, member.TeamId), token);
        callers.Forget(hash);
        return TypedResults.Ok(await views.Of(context, caller with { TeamId = member.TeamId, Role = member.Role }, token));
    }

    private static async Task<Results<NoContent, ForbiddenProblem>> SignOut(
        HttpContext http, Caller caller, CatalogContext context, Callers callers, CancellationToken token)
    {
        if (caller.UserId is null)
            return new ForbiddenProblem("session_needed", "An API key cannot sign out; delete the key instead.");
        var hash = SessionHash(http);
        await context.Sessions.Where(row => row.TokenHash == hash).ExecuteDeleteAsync(token);
        callers.Forget(hash);
        return TypedResults.NoContent();
    }
}
