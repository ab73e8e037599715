// Which role an endpoint needs, and how that is checked. Roles are ordered: an admin may do whatever a member may.
using MaaS.Api.Problems;
using MaaS.Contracts.Teams;
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
        builder.Services.AddSingleton<CallerViews>();
        builder.Services.AddAuthentication(BearerHandler.Name).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.Name, null);
        var authorization = builder.Services.AddAuthorizationBuilder();
        foreach (var role in Enum.GetValues<Role>())
            authorization.AddPolicy(role.ToString(), policy => policy.RequireRole(Enum.GetValues<Role>().Where(held => held >= role).Select(held => held.ToString())));
        builder.AddSignInLimit();
    }

    public static void UseIdentity(this WebApplication app)
    {
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

    public static string Word(this Role role) => role.ToString().ToLowerInvariant();
}
