// Which role an endpoint needs, and how that is checked. Roles are ordered: an admin may do whatever a member may.
using MaaS.Api.Problems;
using MaaS.Api.Teams.Oidc;
using MaaS.Contracts.Teams;
using MaaS.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;

namespace MaaS.Api.Teams;

/// <summary>Metadata of an endpoint that needs more than a viewer.</summary>
internal sealed record NeedsRole(Role Role);

internal static class Access
{
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Callers>();
        builder.Services.AddSingleton<Passwords>();
        builder.Services.AddSingleton<Vault>();
        builder.Services.AddSingleton<Authenticators>();
        builder.Services.AddSingleton<ResetMails>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ResetMails>());
        builder.Services.AddSingleton<CallerViews>();
        builder.Services.AddAuthentication(BearerHandler.Name).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.Name, null);
        var authorization = builder.Services.AddAuthorizationBuilder();
        foreach (var role in Enum.GetValues<Role>())
            authorization.AddPolicy(role.ToString(), policy => policy.RequireRole(Enum.GetValues<Role>().Where(held => held >= role).Select(held => held.ToString())));
        builder.AddTrustedProxies();
        builder.AddSignInLimit();
        builder.AddOidc();
    }

    public static void UseIdentity(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Only callers of at least this role; others of the team get 403 and a sentence.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, Role role)
    {
        endpoint.Add(builder => ProblemResult.Document(builder, StatusCodes.Status403Forbidden));
        return endpoint.RequireAuthorization(role.ToString()).WithMetadata(new NeedsRole(role));
    }

    /// <summary>Only people with a session: a key has no account, password or notifications. Keys get 403 and a sentence.</summary>
    public static RouteGroupBuilder NeedsPerson(this RouteGroupBuilder endpoints)
    {
        ((IEndpointConventionBuilder)endpoints).Add(builder => ProblemResult.Document(builder, StatusCodes.Status403Forbidden));
        endpoints.AddEndpointFilter(async (call, next) => call.HttpContext.Features.Get<Caller>() is { UserId: null }
            ? new ForbiddenProblem("session_needed", "An API key has no account of its own; only a person's session can do this.")
            : await next(call));
        return endpoints;
    }

    public static string Word(this Role role) => role.ToString().ToLowerInvariant();
}
