// API keys: for programs, scoped by role, optionally expiring, shown once.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class KeyEndpoints
{
    private const int PrefixLength = 11;

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("keys").WithTags("API keys");
        keys.MapGet("", List).Needs(Role.Admin).WithSummary("API keys, newest first; never their secrets");
        keys.MapPost("", Create).Needs(Role.Admin).WithSummary("Make an API key; its secret is in the answer and nowhere else");
        keys.MapPut("{key}/limits", Limit).Needs(Role.Admin).WithSummary("Limit what an API key may ask of deployments; what is left out is not limited");
        keys.MapDelete("{key}", Delete).Needs(Role.Admin).WithSummary("Revoke an API key");
    }

    private static async Task<Ok<IReadOnlyList<ApiKeyView>>> List(Caller caller, CatalogContext context, CancellationToken token)
    {
        var keys = await context.ApiKeys.AsNoTracking().Where(row => row.TeamId == caller.TeamId).OrderByDescending(row => row.Id).ToListAsync(token);
        return TypedResults.Ok<IReadOnlyList<ApiKeyView>>(keys.ConvertAll(View));
    }

    private static async Task<Results<Ok<ApiKeyCreated>, InvalidProblem>> Create(
        CreateApiKey request, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        if (request.ExpiresAt <= clock.GetUtcNow())
            return new InvalidProblem("expiry_in_the_past", $"expires_at is {request.ExpiresAt:O}; it must be in the future, or left out.");
        var secret = Secrets.New(Secrets.ApiKey);
        var key = new ApiKey
        {
            TeamId = caller.TeamId,
            Name = request.Name,
            Role = request.Role,
            Prefix = secret[..PrefixLength],
            SecretHash = Secrets.Hash(secret),
            CreatedBy = caller.Name,
            ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
            Limits = request.Limits ?? new(),
        };
        context.ApiKeys.Add(key);
        context.Audit(caller, "created", "api_key", key.Name, key.Role.Word());
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(new ApiKeyCreated(View(key), secret));
    }

    private static async Task<Results<Ok<ApiKeyView>, NotFoundProblem>> Limit(
        Guid key, UsageLimits request, Caller caller, CatalogContext context, Callers callers, CancellationToken token)
    {
        var row = await context.ApiKeys.SingleOrDefaultAsync(found => found.Id == key && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("api key", key);
        row.Limits = request;
        context.Audit(caller, "limited", "api_key", row.Name, request.Words());
        await context.SaveChangesAsync(token);
        callers.Forget(row.SecretHash);
        return TypedResults.Ok(View(row));
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Delete(
        Guid key, Caller caller, CatalogContext context, Callers callers, CancellationToken token)
    {
        var row = await context.ApiKeys.SingleOrDefaultAsync(found => found.Id == key && found.TeamId == caller.TeamId, token);
        if (row is null)
            return new NotFoundProblem("api key", key);
        context.ApiKeys.Remove(row);
        context.Audit(caller, "deleted", "api_key", row.Name);
        await context.SaveChangesAsync(token);
        callers.Forget(row.SecretHash);
        return TypedResults.NoContent();
    }

    private static ApiKeyView View(ApiKey row) =>
        new(row.Id, row.Name, row.Role, row.Prefix, row.CreatedAt, row.ExpiresAt, row.LastUsedAt, row.Limits);
}
