// From whom a provider speaks of to a session here: the account that is linked, else the one with the e-mail address that the provider
// verified, else a new one of who was invited or may join. What an account is protected by holds here too: its lock, and its authenticator app.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams.Oidc;

internal sealed class OidcAccounts(OidcProvider provider, Passwords passwords, Authenticators authenticators, CallerViews views, TimeProvider clock)
{
    private OidcSettings Settings => provider.Settings!;

    /// <param name="invitation">The hash of a one-time link's token.</param>
    /// <param name="code">Of the authenticator app; null when none was asked for yet.</param>
    public async Task<(SessionCreated? Session, ProblemResult? Problem)> Enter(
        CatalogContext context, OidcIdentity identity, byte[]? invitation, string? code, Visitor visitor, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // Of two first sign-ins of one person at once, the second finds what the first made.
        await context.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({identity.Email ?? identity.Subject}, 0))", token);
        var outcome = await Admit(context, identity, invitation, code, visitor, token);
        // Refused too: a wrong code must have been counted.
        await transaction.CommitAsync(token);
        return outcome;
    }

    private async Task<(SessionCreated? Session, ProblemResult? Problem)> Admit(
        CatalogContext context, OidcIdentity identity, byte[]? invitation, string? code, Visitor visitor, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var linked = await context.ExternalIdentities.AsNoTracking().Include(row => row.User).SingleOrDefaultAsync(row => row.Issuer == identity.Issuer && row.Subject == identity.Subject, token);
        if (linked is null && identity is not { Email: not null, EmailVerified: true })
            return (null, new ForbiddenProblem("email_not_verified", $"{Settings.Name} has not verified {(identity.Email is { } address ? $"the e-mail address {address}" : "an e-mail address of yours")}, so it cannot say whose account this is. Verify it there, then sign in again."));
        var email = linked?.User.Email ?? identity.Email!;
        if (!Settings.Admits(email))
            return (null, new ForbiddenProblem("domain_not_allowed", $"{email} may not sign in through {Settings.Name} here, only addresses of {string.Join(", ", Settings.Domains!)}."));
        var user = linked?.User ?? await context.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Email == email, token);
        if (linked is null && user is not null && await context.ExternalIdentities.AnyAsync(row => row.UserId == user.Id && row.Issuer == identity.Issuer, token))
            return (null, new ConflictProblem("linked_to_another", $"{email} is linked to another account at {Settings.Name}. Sign in with your password and unlink that one under \"Your account\", then sign in through {Settings.Name} again."));
        if (user is not null && Passwords.IsLocked(user, now))
            return (null, new UnauthenticatedProblem("account_locked", $"The account {email} is locked for {Passwords.Lock.TotalMinutes} minutes after {Passwords.MaxFailures} failed tries. Try again later."));
        if (user is not null && await SessionEndpoints.CodeRefused(context, user, code, authenticators, now, token) is { } refused)
            return (null, refused);
        var (place, problem) = await Place(context, user, email, invitation, now, token);
        if (place is null)
            return (null, problem);

        if (user is null)
            // A password that nobody knows; a link by e-mail sets one.
            user = context.Users.Add(new() { Email = email, PasswordHash = passwords.Hash(Secrets.New("")) }).Entity;
        else
            await Passwords.ForgetFailures(context, user.Id, token);
        var member = await context.Members.AsNoTracking().SingleOrDefaultAsync(row => row.TeamId == place.TeamId && row.UserId == user.Id, token);
        if (member is null)
            member = context.Members.Add(new() { TeamId = place.TeamId, UserId = user.Id, Role = place.Role }).Entity;
        var caller = new Caller(member.TeamId, member.Role, email, user.Id, null);
        if (place.IsNew)
            context.Audit(caller, "joined", "member", email, member.Role.Word());
        if (linked is null)
        {
            context.ExternalIdentities.Add(new() { Issuer = identity.Issuer, Subject = identity.Subject, UserId = user.Id });
            context.Audit(caller, "linked", "account", email, identity.Issuer);
        }
        return (await SessionEndpoints.Open(context, views, user, member, visitor, now, token, $"through {Settings.Name}"), null);
    }

    /// <param name="IsNew">Whether the person was not there before.</param>
    private sealed record TeamPlace(Guid TeamId, Role Role, bool IsNew);

    /// <summary>The team that the session is for: that of the invitation, else the person's first, else the one that strangers join.</summary>
    private async Task<(TeamPlace? Place, ProblemResult? Problem)> Place(
        CatalogContext context, User? user, string email, byte[]? invitation, DateTimeOffset now, CancellationToken token)
    {
        if (invitation is not null)
        {
            var invited = await context.Invitations.AsNoTracking().SingleOrDefaultAsync(row => row.TokenHash == invitation && row.UsedAt == null && row.ExpiresAt > now, token);
            if (invited is null)
                return (null, new InvalidProblem("invitation_not_valid", "The link's token is unknown, used already or expired; ask an admin for a new invitation."));
            if (invited.Email is not null && invited.Email != email)
                return (null, new InvalidProblem("invitation_for_another", $"The invitation is for another e-mail address than {email}, which {Settings.Name} says is yours."));
            // Whoever marks it used first has it.
            if (await context.Invitations.Where(row => row.TokenHash == invitation && row.UsedAt == null).ExecuteUpdateAsync(row => row.SetProperty(i => i.UsedAt, now), token) == 0)
                return (null, new InvalidProblem("invitation_not_valid", "The link has just been used; sign in instead."));
            return (new(invited.TeamId, invited.Role, IsNew: user is null || !await context.Members.AnyAsync(row => row.TeamId == invited.TeamId && row.UserId == user.Id, token)), null);
        }
        if (user is not null)
            return await context.Members.AsNoTracking().Where(row => row.UserId == user.Id).OrderBy(row => row.JoinedAt).FirstOrDefaultAsync(token) is { } first
                ? (new(first.TeamId, first.Role, IsNew: false), null)
                // Who was removed does not come back by signing in.
                : (null, new ForbiddenProblem("no_team", $"{email} is in no team any more; ask an admin for an invitation."));
        if (Settings.JoinTeam is null)
            return (null, new ForbiddenProblem("no_account", $"{email} has no account here. Follow the link of your invitation and continue through {Settings.Name} there, or ask an admin for one."));
        return await context.Teams.AsNoTracking().Where(row => row.Name == Settings.JoinTeam).OrderBy(row => row.CreatedAt).FirstOrDefaultAsync(token) is { } team
            ? (new(team.Id, Settings.JoinRole, IsNew: true), null)
            : (null, new ConflictProblem("join_team_missing", $"New people join the team \"{Settings.JoinTeam}\" here, and there is none; tell the operator that Oidc:JoinTeam is wrong."));
    }
}
