// Signing in through the identity provider, in the portal's three steps: begin, come back, and a code of the authenticator app where the
// account has one. The browser talks to the provider; what the provider says is judged here.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using SignedIn = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<MaaS.Contracts.Teams.SessionCreated>, MaaS.Api.Problems.UnauthenticatedProblem, MaaS.Api.Problems.ForbiddenProblem,
    MaaS.Api.Problems.ConflictProblem, MaaS.Api.Problems.InvalidProblem, MaaS.Api.Problems.UnavailableProblem>;

namespace MaaS.Api.Teams.Oidc;

internal static class OidcEndpoints
{
    /// <summary>People have passwords to type at the provider, and may look for their phones.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);

    public static void AddOidc(this WebApplicationBuilder builder)
    {
        // Read now, so that a setting that cannot work stops the start and not a sign-in.
        var settings = OidcSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(services => new OidcProvider(settings, services.GetRequiredService<ILogger<OidcProvider>>()));
        builder.Services.AddSingleton<OidcAccounts>();
    }

    public static void MapOidc(this RouteGroupBuilder session)
    {
        var oidc = session.MapGroup("oidc");
        oidc.MapGet("", Get).AllowAnonymous().WithSummary("The identity provider that people may sign in through");
        oidc.MapPost("", Begin).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithSummary("Begin a sign-in through the identity provider: where the browser goes");
        oidc.MapPost("callback", Finish).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithSummary("Finish it with what the provider gave the browser");
        oidc.MapPost("code", FinishWithCode).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithSummary("Finish it with a code of the authenticator app, where the account has one");
    }

    private static Results<Ok<OidcView>, ConflictProblem> Get(OidcProvider provider) =>
        provider.Settings is { } settings ? TypedResults.Ok(new OidcView(settings.Name)) : NotConfigured();

    private static async Task<Results<Ok<OidcBegun>, ConflictProblem, UnavailableProblem>> Begin(
        BeginOidc request, CatalogContext context, OidcProvider provider, TimeProvider clock, CancellationToken token)
    {
        if (provider.Settings is null)
            return NotConfigured();
        var flow = OidcFlow.New();
        if (await provider.Address(flow, token) is not { } address)
            return provider.Unreachable();
        context.OidcSignIns.Add(new()
        {
            FlowHash = flow.Hash,
            InvitationHash = request.Invitation is { Length: > 0 } invitation ? Secrets.Hash(invitation) : null,
            ExpiresAt = clock.GetUtcNow() + s_life,
        });
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(new OidcBegun(address, flow.Secret));
    }

    private static async Task<SignedIn> Finish(
        FinishOidc request, Visitor visitor, CatalogContext context, OidcProvider provider, OidcAccounts accounts, TimeProvider clock, CancellationToken token)
    {
        if (provider.Settings is null)
            return NotConfigured();
        var (flow, now) = (new OidcFlow(request.Flow), clock.GetUtcNow());
        var hash = flow.Hash;
        // Whoever marks it first has it: what comes twice finds nothing left to mark.
        if (!flow.IsStateOf(request.State)
            || await context.OidcSignIns.Where(row => row.FlowHash == hash && row.RedeemedAt == null && row.ExpiresAt > now).ExecuteUpdateAsync(row => row.SetProperty(f => f.RedeemedAt, now), token) == 0)
            return NotBegun();
        var (identity, problem) = await provider.Redeem(request.Code, flow, token);
        if (identity is null)
            return Refusal(problem!);
        // Kept for the step that may follow.
        var signIn = await context.OidcSignIns.SingleAsync(row => row.FlowHash == hash, token);
        (signIn.Issuer, signIn.Subject, signIn.Email, signIn.EmailVerified) = (identity.Issuer, identity.Subject, identity.Email, identity.EmailVerified);
        await context.SaveChangesAsync(token);
        return await Enter(signIn, identity, null, visitor, context, accounts, token);
    }

    private static async Task<SignedIn> FinishWithCode(
        OidcCode request, Visitor visitor, CatalogContext context, OidcProvider provider, OidcAccounts accounts, TimeProvider clock, CancellationToken token)
    {
        if (provider.Settings is null)
            return NotConfigured();
        var (hash, now) = (new OidcFlow(request.Flow).Hash, clock.GetUtcNow());
        if (await context.OidcSignIns.AsNoTracking().SingleOrDefaultAsync(row => row.FlowHash == hash && row.Subject != null && row.ExpiresAt > now, token) is not { } signIn)
            return NotBegun();
        return await Enter(signIn, new(signIn.Issuer!, signIn.Subject!, signIn.Email, signIn.EmailVerified), request.Code, visitor, context, accounts, token);
    }

    private static async Task<SignedIn> Enter(
        OidcSignIn signIn, OidcIdentity identity, string? code, Visitor visitor, CatalogContext context, OidcAccounts accounts, CancellationToken token)
    {
        var (session, problem) = await accounts.Enter(context, identity, signIn.InvitationHash, code, visitor, token);
        if (problem is not { Code: "code_needed" or "code_refused" })
            await context.OidcSignIns.Where(row => row.FlowHash == signIn.FlowHash).ExecuteDeleteAsync(token);
        return session is null ? Refusal(problem!) : TypedResults.Ok(session);
    }

    private static SignedIn Refusal(ProblemResult problem) => problem switch
    {
        UnauthenticatedProblem refused => refused,
        ForbiddenProblem forbidden => forbidden,
        ConflictProblem conflict => conflict,
        InvalidProblem invalid => invalid,
        _ => (UnavailableProblem)problem,
    };

    private static ConflictProblem NotConfigured() =>
        new("oidc_not_configured", "People sign in here with a password only: the operator named no identity provider.");

    private static UnauthenticatedProblem NotBegun() =>
        new("oidc_not_begun", $"This sign-in was finished already, took longer than {s_life.TotalMinutes} minutes, or was begun in another browser. Begin again.");
}
