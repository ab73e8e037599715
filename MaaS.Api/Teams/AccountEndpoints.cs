// A person's own account: where it is signed in, and its password. The authenticator is in a file of its own.
using MaaS.Api.Problems;
using MaaS.Api.Teams.Oidc;
using MaaS.Catalog;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder api)
    {
        var account = api.MapGroup("account").WithTags("Account").NeedsPerson();
        account.MapGet("sessions", Sessions).WithSummary("Where I am signed in, last seen first");
        account.MapDelete("sessions", EndAll).WithSummary("Sign out everywhere, here too");
        account.MapDelete("sessions/{session}", End).WithSummary("End one of my sessions");
        account.MapPut("password", ChangePassword).WithSummary("Change my password, and end my other sessions");
        account.MapAuthenticator();
        account.MapIdentities();
    }

    private static async Task<Ok<IReadOnlyList<SessionView>>> Sessions(
        HttpContext http, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        var (hash, now) = (SessionEndpoints.SessionHash(http), clock.GetUtcNow());
        var sessions = await (
            from session in context.Sessions
            join team in context.Teams on session.TeamId equals team.Id
            where session.UserId == caller.UserId && session.ExpiresAt > now
            orderby session.LastSeenAt descending, session.CreatedAt descending
            select new SessionView(session.Id, session.Device, session.Address, team.Name, session.CreatedAt, session.LastSeenAt, session.ExpiresAt, session.TokenHash == hash)).ToListAsync(token);
        return TypedResults.Ok<IReadOnlyList<SessionView>>(sessions);
    }

    private static async Task<Results<NoContent, NotFoundProblem>> End(
        Guid session, Caller caller, CatalogContext context, Callers callers, CancellationToken token)
    {
        if (await context.Sessions.SingleOrDefaultAsync(row => row.Id == session && row.UserId == caller.UserId, token) is not { } row)
            return new NotFoundProblem("session", session);
        context.Sessions.Remove(row);
        context.Audit(caller, "ended", "session", caller.Name, row.Device);
        await context.SaveChangesAsync(token);
        callers.Forget(row.TokenHash);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> EndAll(Caller caller, CatalogContext context, Callers callers, CancellationToken token)
    {
        context.Audit(caller, "ended_all", "session", caller.Name);
        await context.SaveChangesAsync(token);
        Forget(callers, await DeleteSessions(context, caller.UserId!.Value, null, token));
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, InvalidProblem>> ChangePassword(
        ChangePassword request, HttpContext http, Caller caller, CatalogContext context, Passwords passwords, Callers callers, TimeProvider clock, CancellationToken token)
    {
        if (await WrongPassword(request.Password, caller, context, passwords, clock, token) is { } wrong)
            return wrong;
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var user = await context.Users.SingleAsync(row => row.Id == caller.UserId, token);
        user.PasswordHash = passwords.Hash(request.NewPassword);
        context.Audit(caller, "changed_password", "account", caller.Name);
        await context.SaveChangesAsync(token);
        // A link that was on its way would set a password once more.
        await context.PasswordResets.Where(row => row.UserId == user.Id).ExecuteDeleteAsync(token);
        var ended = await DeleteSessions(context, user.Id, SessionEndpoints.SessionHash(http), token);
        await transaction.CommitAsync(token);
        Forget(callers, ended);
        return TypedResults.NoContent();
    }

    /// <summary>Asked again for what would outlast a session that somebody found open. Wrong guesses count, or it would be a way to guess.</summary>
    public static async Task<InvalidProblem?> WrongPassword(
        string password, Caller caller, CatalogContext context, Passwords passwords, TimeProvider clock, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var user = await context.Users.AsNoTracking().SingleAsync(row => row.Id == caller.UserId, token);
        if (passwords.Verify(user, password, now))
            return null;
        await Passwords.CountFailure(context, user.Email, now, token);
        return new("password_wrong", $"password is not your present one, or the account is locked for {Passwords.Lock.TotalMinutes} minutes after {Passwords.MaxFailures} failed tries.");
    }

    /// <returns>The hashes of the sessions that are ended when the transaction commits; to be forgotten then.</returns>
    public static async Task<IReadOnlyList<byte[]>> DeleteSessions(CatalogContext context, Guid user, byte[]? except, CancellationToken token)
    {
        var sessions = context.Sessions.Where(row => row.UserId == user && (except == null || row.TokenHash != except));
        var hashes = await sessions.Select(row => row.TokenHash).ToListAsync(token);
        await sessions.ExecuteDeleteAsync(token);
        return hashes;
    }

    public static void Forget(Callers callers, IReadOnlyList<byte[]> hashes)
    {
        foreach (var hash in hashes)
            callers.Forget(hash);
    }
}
