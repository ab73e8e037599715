// What a team may ask of its deployments, and what it asked.
using MaaS.Catalog;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        var team = api.MapGroup("team").WithTags("Team");
        team.MapGet("usage", Get).WithSummary("Requests to the team's deployments, by day and key, newest day first");
        team.MapPut("limits", Limit).Needs(Role.Admin).WithSummary("Limit the requests of the whole team; what is left out is not limited");
    }

    private static async Task<Ok<UsageView>> Get(
        Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token, [System.ComponentModel.DataAnnotations.Range(1, 366)] int days = 30)
    {
        var since = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(1 - days);
        var counts = await (
            from usage in context.UsageCounts
            where usage.TeamId == caller.TeamId && usage.Day >= since
            join key in context.ApiKeys on usage.KeyId equals key.Id into keys
            from key in keys.DefaultIfEmpty()
            orderby usage.Day descending, usage.Requests descending
            select new UsageDay(usage.Day, usage.KeyId == Guid.Empty ? null : usage.KeyId, key.Name, usage.Requests)).ToListAsync(token);
        var limits = await context.Teams.Where(row => row.Id == caller.TeamId).Select(row => row.Limits).SingleAsync(token);
        return TypedResults.Ok(new UsageView(limits, counts));
    }

    private static async Task<Ok<UsageLimits>> Limit(UsageLimits request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var team = await context.Teams.SingleAsync(row => row.Id == caller.TeamId, token);
        team.Limits = request;
        context.Audit(caller, "limited", "team", team.Name, request.Words());
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(request);
    }
}
