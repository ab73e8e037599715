// One-time links to a new password: made by an admin who passes them on, or asked for by e-mail. An admin's link is only for who is in
// no other team, or it would open the other teams' doors too; that is looked at again when it is used.
using MaaS.Api.Notifications;
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class PasswordResets
{
    private static readonly TimeSpan s_adminsLife = TimeSpan.FromDays(1);

    public static async Task<Results<Ok<PasswordResetLink>, NotFoundProblem, ConflictProblem>> Make(
        Guid user, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        var member = await context.Members.Include(row => row.User).SingleOrDefaultAsync(row => row.UserId == user && row.TeamId == caller.TeamId, token);
        if (member is null)
            return new NotFoundProblem("member", user);
        if (await IsElsewhere(context, user, caller.TeamId, token))
            return Elsewhere(member.User.Email);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await Discard(context, user, token);
        var (secret, expires) = Add(context, user, caller.TeamId, clock.GetUtcNow(), s_adminsLife);
        context.Audit(caller, "made_reset_link", "member", member.User.Email);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(new PasswordResetLink(member.User.Email, secret, expires));
    }

    /// <summary>For a person who lost the app and the recovery codes.</summary>
    public static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> RemoveAuthenticator(Guid user, Caller caller, CatalogContext context, CancellationToken token)
    {
        var member = await context.Members.Include(row => row.User).SingleOrDefaultAsync(row => row.UserId == user && row.TeamId == caller.TeamId, token);
        if (member is null)
            return new NotFoundProblem("member", user);
        if (await IsElsewhere(context, user, caller.TeamId, token))
            return Elsewhere(member.User.Email);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await Authenticators.Remove(context, user, token);
        context.Audit(caller, "removed_authenticator", "member", member.User.Email);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.NoContent();
    }

    public static Results<NoContent, ConflictProblem> Forget(ForgottenPassword request, Mail mail, ResetMails mails)
    {
        if (!mail.IsConfigured)
            return new ConflictProblem("mail_not_configured", "This installation sends no e-mail; ask an admin of your team for a link to a new password.");
        mails.Send(request.Email.ToLowerInvariant());
        return TypedResults.NoContent();
    }

    public static async Task<Results<NoContent, InvalidProblem>> Reset(
        ResetPassword request, CatalogContext context, Passwords passwords, Callers callers, TimeProvider clock, CancellationToken token)
    {
        var (hash, now) = (Secrets.Hash(request.Token), clock.GetUtcNow());
        var password = passwords.Hash(request.Password);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // One at a time of a person's links, of which the first that is used ends the others.
        await context.Database.ExecuteSqlAsync($"select id from users where id = (select user_id from password_resets where token_hash = {hash}) for update", token);
        // Whoever marks it used first has it; a second click finds nothing left to mark.
        if (await context.PasswordResets.Where(row => row.TokenHash == hash && row.UsedAt == null && row.ExpiresAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.UsedAt, now), token) == 0)
            return NotValid();
        var reset = await context.PasswordResets.AsNoTracking().Include(row => row.User).SingleAsync(row => row.TokenHash == hash, token);
        var teams = await context.Members.AsNoTracking().Where(row => row.UserId == reset.UserId).ToListAsync(token);
        if (reset.TeamId is { } team && (teams.Count != 1 || teams[0].TeamId != team))
            return NotValid();
        await Discard(context, reset.UserId, token);
        await context.Users.Where(row => row.Id == reset.UserId).ExecuteUpdateAsync(row => row.SetProperty(u => u.PasswordHash, password), token);
        await Passwords.ForgetFailures(context, reset.UserId, token);
        foreach (var member in teams)
            context.Audit(new(member.TeamId, member.Role, reset.User.Email, reset.UserId, null), "reset_password", "account", reset.User.Email);
        await context.SaveChangesAsync(token);
        var ended = await AccountEndpoints.DeleteSessions(context, reset.UserId, null, token);
        await transaction.CommitAsync(token);
        AccountEndpoints.Forget(callers, ended);
        return TypedResults.NoContent();
    }

    /// <summary>Beside the person's other links: whoever may ask for one must not be able to end those. Saving is the caller's.</summary>
    public static (string Secret, DateTimeOffset Expires) Add(CatalogContext context, Guid user, Guid? team, DateTimeOffset now, TimeSpan life)
    {
        var secret = Secrets.New(Secrets.Reset);
        context.PasswordResets.Add(new() { TokenHash = Secrets.Hash(secret), UserId = user, TeamId = team, CreatedAt = now, ExpiresAt = now + life });
        return (secret, now + life);
    }

    // Earlier links may have gone to the wrong place.
    private static Task Discard(CatalogContext context, Guid user, CancellationToken token) =>
        context.PasswordResets.Where(row => row.UserId == user && row.UsedAt == null).ExecuteDeleteAsync(token);

    private static Task<bool> IsElsewhere(CatalogContext context, Guid user, Guid team, CancellationToken token) =>
        context.Members.AnyAsync(row => row.UserId == user && row.TeamId != team, token);

    private static ConflictProblem Elsewhere(string email) =>
        new("account_not_the_teams_alone", $"{email} uses the account outside this team too, so only they can do this: by e-mail, with \"Forgot your password?\" on the sign-in page.");

    private static InvalidProblem NotValid() =>
        new("reset_not_valid", "The link's token is unknown, used already or expired; ask for a new link.");
}
