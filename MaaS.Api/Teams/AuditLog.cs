// Remembers who did what to which noun, in the transaction that does it. Shows it to admins.
using MaaS.Api.Problems;
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal static class AuditLog
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGroup("audit").WithTags("Audit").MapGet("", List).Needs(Role.Admin).WithSummary("Who did what, newest first");

    /// <summary>Adds an event to what the context has pending; saving is the caller's.</summary>
    public static void Audit(this CatalogContext context, Caller caller, string action, string noun, string name, string? detail = null) =>
        context.AuditEvents.Add(new AuditEvent
        {
            TeamId = caller.TeamId,
            Actor = caller.Name,
            Action = action,
            Noun = noun,
            NounName = name,
            Detail = detail,
        });

    private static async Task<Results<Ok<Page<AuditEventView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryNumber(out var after, out var problem))
            return problem!;
        var events = context.AuditEvents.AsNoTracking()
            .Where(row => row.TeamId == caller.TeamId && (after == null || row.Number < after))
            .OrderByDescending(row => row.Number);
        return TypedResults.Ok(await events.Page(paging.Count, row => $"{row.Number}", View, token));
    }

    private static AuditEventView View(AuditEvent row) =>
        new(row.Number, row.At, row.Actor, row.Action, row.Noun, row.NounName, row.Detail);
}
