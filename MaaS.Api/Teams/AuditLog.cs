// Remembers who did what to which noun, in the transaction that does it. Shows it to admins, and gives it to them as a file.
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
    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("audit").WithTags("Audit");
        audit.MapGet("", List).Needs(Role.Admin).WithSummary("Who did what, newest first");
        audit.MapGet("file", AuditFile.Send).Needs(Role.Admin).WithSummary("The same as a CSV file, all of it");
    }

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

    /// <summary>The team's events that the filter lets through, newest first.</summary>
    public static IQueryable<AuditEvent> Of(CatalogContext context, Caller caller, AuditFilter filter)
    {
        var (actor, text, since, until) = (Part(filter.Actor), Part(filter.Text), filter.Since?.ToUniversalTime(), filter.Until?.ToUniversalTime());
        return context.AuditEvents.AsNoTracking()
            .Where(row => row.TeamId == caller.TeamId
                && (filter.Action == null || row.Action == filter.Action)
                && (filter.Noun == null || row.Noun == filter.Noun)
                && (actor == null || EF.Functions.ILike(row.Actor, actor, "\\"))
                && (text == null || EF.Functions.ILike(row.NounName, text, "\\") || EF.Functions.ILike(row.Detail!, text, "\\"))
                && (since == null || row.At >= since)
                && (until == null || row.At < until))
            .OrderByDescending(row => row.Number);
    }

    private static async Task<Results<Ok<Page<AuditEventView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, [AsParameters] AuditFilter filter, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryNumber(out var after, out var problem))
            return problem!;
        var events = Of(context, caller, filter).Where(row => after == null || row.Number < after);
        return TypedResults.Ok(await events.Page(paging.Count, row => $"{row.Number}", View, token));
    }

    /// <summary>The pattern for "holds this": what a pattern would take for a sign of its own is taken as it is.</summary>
    private static string? Part(string? text) => text is null ? null
        : $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    private static AuditEventView View(AuditEvent row) =>
        new(row.Number, row.At, row.Actor, row.Action, row.Noun, row.NounName, row.Detail);
}
