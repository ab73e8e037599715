// Setting up an authenticator app, and turning it off again. It is in effect only once a code of it was given, so nobody is locked out by
// a code that was never scanned.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class AuthenticatorEndpoints
{
    private const string Issuer = "MaaS";

    public static void MapAuthenticator(this RouteGroupBuilder account)
    {
        account.MapGet("authenticator", Get).WithSummary("Whether my sign-in needs a code of an authenticator app");
        account.MapPost("authenticator", Begin).WithSummary("Begin setting up an authenticator app; the secret is in the answer and nowhere else");
        account.MapPost("authenticator/confirmation", Confirm).WithSummary("Turn it on with the first code; the recovery codes are in the answer and nowhere else");
        account.MapPost("authenticator/recovery-codes", Renew).WithSummary("Replace the recovery codes");
        account.MapPost("authenticator/removal", TurnOff).WithSummary("Turn it off with a code");
    }

    private static async Task<Ok<AuthenticatorView>> Get(Caller caller, CatalogContext context, CancellationToken token)
    {
        var since = await context.Users.Where(row => row.Id == caller.UserId).Select(row => row.AuthenticatorSince).SingleAsync(token);
        return TypedResults.Ok(new AuthenticatorView(since is not null, since, await context.RecoveryCodes.CountAsync(row => row.UserId == caller.UserId, token)));
    }

    private static async Task<Results<Ok<AuthenticatorSetup>, InvalidProblem, ConflictProblem>> Begin(
        BeginAuthenticator request, Caller caller, CatalogContext context, Passwords passwords, Authenticators authenticators, TimeProvider clock, CancellationToken token)
    {
        if (await AccountEndpoints.WrongPassword(request.Password, caller, context, passwords, clock, token) is { } wrong)
            return wrong;
        var (secret, stored) = await authenticators.NewSecret();
        // Never over one that is in effect.
        if (await context.Users.Where(row => row.Id == caller.UserId && row.AuthenticatorSince == null)
            .ExecuteUpdateAsync(row => row.SetProperty(u => u.AuthenticatorSecret, stored), token) == 0)
            return new ConflictProblem("authenticator_on", "An authenticator app is in use already; turn it off with a code of it before another is set up.");
        var text = Totp.Base32(secret);
        return TypedResults.Ok(new AuthenticatorSetup(text,
            $"otpauth://totp/{Issuer}:{Uri.EscapeDataString(caller.Name)}?secret={text}&issuer={Issuer}&algorithm=SHA1&digits=6&period=30"));
    }

    private static async Task<Results<Ok<RecoveryCodes>, InvalidProblem, ConflictProblem>> Confirm(
        AuthenticatorCode request, Caller caller, CatalogContext context, Authenticators authenticators, TimeProvider clock, CancellationToken token)
    {
        var user = await context.Users.AsNoTracking().SingleAsync(row => row.Id == caller.UserId, token);
        if (user.AuthenticatorSince is not null || user.AuthenticatorSecret is null)
            return NotBegun();
        if (await Refused(request, user, context, authenticators, clock, token) is { } refused)
            return refused;
        // The one that the code is of, and not another that was begun meanwhile.
        var codes = await WithNewCodes(context, caller, "turned_on", async () =>
            await context.Users.Where(row => row.Id == user.Id && row.AuthenticatorSecret == user.AuthenticatorSecret && row.AuthenticatorSince == null)
                .ExecuteUpdateAsync(row => row.SetProperty(u => u.AuthenticatorSince, clock.GetUtcNow()), token) == 1, token);
        return codes is null ? NotBegun() : TypedResults.Ok(codes);
    }

    private static async Task<Results<Ok<RecoveryCodes>, InvalidProblem, ConflictProblem>> Renew(
        AuthenticatorCode request, Caller caller, CatalogContext context, Authenticators authenticators, TimeProvider clock, CancellationToken token)
    {
        var user = await context.Users.AsNoTracking().SingleAsync(row => row.Id == caller.UserId, token);
        if (user.AuthenticatorSince is null)
            return Off();
        if (await Refused(request, user, context, authenticators, clock, token) is { } refused)
            return refused;
        var codes = await WithNewCodes(context, caller, "renewed_recovery_codes", () => context.Users.AnyAsync(row => row.Id == user.Id && row.AuthenticatorSince != null, token), token);
        return codes is null ? Off() : TypedResults.Ok(codes);
    }

    private static async Task<Results<NoContent, InvalidProblem, ConflictProblem>> TurnOff(
        AuthenticatorCode request, Caller caller, CatalogContext context, Authenticators authenticators, TimeProvider clock, CancellationToken token)
    {
        var user = await context.Users.AsNoTracking().SingleAsync(row => row.Id == caller.UserId, token);
        if (user.AuthenticatorSince is null)
            return Off();
        if (await Refused(request, user, context, authenticators, clock, token) is { } refused)
            return refused;
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await Authenticators.Remove(context, user.Id, token);
        context.Audit(caller, "turned_off", "authenticator", caller.Name);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.NoContent();
    }

    /// <summary>A wrong one counts as a failed sign-in does, and a locked account's are not looked at.</summary>
    private static async Task<InvalidProblem?> Refused(
        AuthenticatorCode request, User user, CatalogContext context, Authenticators authenticators, TimeProvider clock, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        if (!Passwords.IsLocked(user, now) && await authenticators.Accept(context, user, request.Code, now, token))
            return null;
        await Passwords.CountFailure(context, user.Email, now, token);
        return new("code_refused", "code is not what the authenticator app shows now, or it was used already; wait for the app's next one.");
    }

    /// <returns>Null when the change could not be made; then nothing was.</returns>
    private static async Task<RecoveryCodes?> WithNewCodes(CatalogContext context, Caller caller, string action, Func<Task<bool>> change, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (!await change())
            return null;
        var codes = await Authenticators.NewRecoveryCodes(context, caller.UserId!.Value, token);
        context.Audit(caller, action, "authenticator", caller.Name);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return new(codes);
    }

    private static ConflictProblem NotBegun() => new("authenticator_not_begun", "There is no authenticator app to confirm; begin setting one up first.");

    private static ConflictProblem Off() => new("authenticator_off", "No authenticator app is in use.");
}
