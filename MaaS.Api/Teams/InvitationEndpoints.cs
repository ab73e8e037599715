// One-time links: how people join, the first administrator among them.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class InvitationEndpoints
{
    private static readonly TimeSpan s_life = TimeSpan.FromDays(7);

    public static async Task<Results<Ok<Invitation>, ConflictProblem>> Create(
        InviteMember request, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        var email = request.Email.ToLowerInvariant();
        if (await context.Members.AnyAsync(row => row.TeamId == caller.TeamId && row.User.Email == email, token))
            return new ConflictProblem("already_member", $"{email} is in the team already; change the role instead.");
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // A second invitation replaces the first: its link may have gone to the wrong place.
        await context.Invitations.Where(row => row.TeamId == caller.TeamId && row.Email == email && row.UsedAt == null).ExecuteDeleteAsync(token);
        var secret = Secrets.New(Secrets.Invitation);
        var expires = clock.GetUtcNow() + s_life;
        context.Invitations.Add(new() { TokenHash = Secrets.Hash(secret), TeamId = caller.TeamId, Email = email, Role = request.Role, ExpiresAt = expires });
        context.Audit(caller, "invited", "member", email, request.Role.Word());
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(new Invitation(email, request.Role, secret, expires));
    }

    public static async Task<Results<Ok<SessionCreated>, InvalidProblem, ConflictProblem, UnauthenticatedProblem>> Accept(
        AcceptInvitation request, Visitor visitor, CatalogContext context, Passwords passwords, Authenticators authenticators, CallerViews views, TimeProvider clock, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var hash = Secrets.Hash(request.Token);
        var invitation = await context.Invitations.AsNoTracking().SingleOrDefaultAsync(row => row.TokenHash == hash && row.UsedAt == null && row.ExpiresAt > now, token);
        if (invitation is null)
            return new InvalidProblem("invitation_not_valid", "The link's token is unknown, used already or expired; ask an admin for a new invitation.");
        if ((invitation.Email ?? request.Email)?.ToLowerInvariant() is not { } email)
            return new InvalidProblem("email_missing", "email must be given: this link makes the first administrator and names nobody yet.");
        var user = await context.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Email == email, token);
        // An existing account must prove itself, or an invitation would be a way to take it over.
        if (user is not null && !passwords.Verify(user, request.Password, now))
        {
            await Passwords.CountFailure(context, email, now, token);
            return new ConflictProblem("account_exists", $"{email} has an account already; give its present password to join with it.");
        }
        if (user is not null && await SessionEndpoints.CodeRefused(context, user, request.Code, authenticators, now, token) is { } refused)
            return refused;

        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // Whoever marks it used first has it; a second click finds nothing left to mark.
        if (await context.Invitations.Where(row => row.TokenHash == hash && row.UsedAt == null).ExecuteUpdateAsync(row => row.SetProperty(i => i.UsedAt, now), token) == 0)
            return new InvalidProblem("invitation_not_valid", "The link has just been used; sign in instead.");
        user ??= context.Users.Add(new() { Email = email, PasswordHash = passwords.Hash(request.Password) }).Entity;
        var member = new Member { TeamId = invitation.TeamId, UserId = user.Id, Role = invitation.Role };
        context.Members.Add(member);
        context.Audit(new(member.TeamId, member.Role, email, user.Id, null), "joined", "member", email, member.Role.Word());
        var session = await SessionEndpoints.Open(context, views, user, member, visitor, now, token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(session);
    }
}
