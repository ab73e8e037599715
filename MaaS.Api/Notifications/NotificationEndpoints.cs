// What a person is told of in the portal, what they have read of it, and what they want to be told.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using MaaS.Contracts;
using MaaS.Contracts.Notifications;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal static class NotificationEndpoints
{
    public static void MapNotifications(this IEndpointRouteBuilder api)
    {
        var notifications = api.MapGroup("notifications").WithTags("Notifications").NeedsPerson();
        notifications.MapGet("", List).WithSummary("What happened in the team that I want to hear of, newest first");
        notifications.MapGet("unread", Unread).WithSummary("How many of them I have not read");
        notifications.MapPut("{notification}/read", Read).WithSummary("Mark one as read");
        notifications.MapPut("read", ReadAll).WithSummary("Mark all as read");
        notifications.MapGet("choice", Choice).WithSummary("What I want to hear of in this team, in the portal and by e-mail");
        notifications.MapPut("choice", Choose).WithSummary("Choose what I want to hear of");
        api.MapWebhooks();
    }

    private static async Task<Results<Ok<Page<NotificationView>>, InvalidProblem>> List(
        [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        // Ids are ordered by time, so they are the order and the cursor.
        var rows = Mine(context, caller).Include(row => row.Event).Where(row => after == null || row.EventId < after).OrderByDescending(row => row.EventId);
        return TypedResults.Ok(await rows.Page(paging.Count, row => $"{row.EventId}", View, token));
    }

    private static async Task<Ok<UnreadNotifications>> Unread(Caller caller, CatalogContext context, CancellationToken token) =>
        TypedResults.Ok(new UnreadNotifications(await Mine(context, caller).CountAsync(row => row.ReadAt == null, token)));

    private static async Task<Results<NoContent, NotFoundProblem>> Read(Guid notification, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        return await Mine(context, caller).Where(row => row.EventId == notification)
            .ExecuteUpdateAsync(row => row.SetProperty(n => n.ReadAt, n => n.ReadAt ?? now), token) == 0
            ? new NotFoundProblem("notification", notification)
            : TypedResults.NoContent();
    }

    private static async Task<NoContent> ReadAll(Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        await Mine(context, caller).Where(row => row.ReadAt == null).ExecuteUpdateAsync(row => row.SetProperty(n => n.ReadAt, now), token);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<NotificationChoiceView>> Choice(Caller caller, CatalogContext context, Mail mail, CancellationToken token) =>
        TypedResults.Ok(new NotificationChoiceView(
            await context.Members.Where(row => row.TeamId == caller.TeamId && row.UserId == caller.UserId).Select(row => row.Notifications).SingleAsync(token), mail.IsConfigured));

    private static async Task<Results<Ok<NotificationChoiceView>, ConflictProblem>> Choose(
        NotificationChoice request, Caller caller, CatalogContext context, Mail mail, CancellationToken token)
    {
        if (request.Mail is { Count: > 0 } && !mail.IsConfigured)
            return new ConflictProblem("mail_not_configured", "mail names events, but this installation sends no e-mail; an operator can give it a mail server (Smtp:Host).");
        var member = await context.Members.SingleAsync(row => row.TeamId == caller.TeamId && row.UserId == caller.UserId, token);
        member.Notifications = request with { Page = request.Page?.Distinct().ToList(), Mail = request.Mail?.Distinct().ToList() };
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(new NotificationChoiceView(member.Notifications, mail.IsConfigured));
    }

    private static IQueryable<Notification> Mine(CatalogContext context, Caller caller) =>
        context.Notifications.AsNoTracking().Where(row => row.UserId == caller.UserId && row.Event.TeamId == caller.TeamId && row.InPage);

    private static NotificationView View(Notification row) =>
        new(row.EventId, row.Event.Kind, row.Event.Name, row.Event.Detail, row.Event.Link, row.Event.At, row.ReadAt is not null);
}
