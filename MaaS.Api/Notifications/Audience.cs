// Who is told of an event: the people of its team as they chose, and the team's webhooks.
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal static class Audience
{
    /// <summary>Adds the events with everything that comes of them; saving is the caller's.</summary>
    public static async Task Add(CatalogContext context, IReadOnlyList<Found> found, DateTimeOffset now, CancellationToken token)
    {
        if (found.Count == 0)
            return;
        var teams = found.Select(one => one.Event.TeamId).Distinct().ToList();
        var members = (await context.Members.AsNoTracking().Include(row => row.User).Where(row => teams.Contains(row.TeamId)).ToListAsync(token)).ToLookup(row => row.TeamId);
        var webhooks = (await context.Webhooks.AsNoTracking().Where(row => teams.Contains(row.TeamId) && row.Enabled).ToListAsync(token)).ToLookup(row => row.TeamId);
        foreach (var one in found)
        {
            context.Events.Add(one.Event);
            // Who came later was not there when it happened.
            foreach (var member in members[one.Event.TeamId].Where(row => row.JoinedAt <= one.Event.At))
                if (Of(member, one, now) is { } notification)
                    context.Notifications.Add(notification);
            foreach (var webhook in webhooks[one.Event.TeamId].Where(row => row.CreatedAt <= one.Event.At && row.Events.Contains(one.Event.Kind)))
                context.WebhookDeliveries.Add(new() { WebhookId = webhook.Id, EventId = one.Event.Id, CreatedAt = now, NextAt = now });
        }
    }

    private static Notification? Of(Member member, Found found, DateTimeOffset now)
    {
        var (choice, kind) = (member.Notifications, found.Event.Kind);
        if (choice.OwnRunsOnly && kind is EventKind.RunSucceeded or EventKind.RunFailed && found.StartedBy != member.User.Email)
            return null;
        var isRequester = found.StartedBy == member.User.Email;
        if (kind is EventKind.ApprovalRequested && (member.Role < Role.Admin || isRequester) || kind is EventKind.VersionApproved or EventKind.VersionRejected && !isRequester)
            return null;
        var inPage = choice.Page is null || choice.Page.Contains(kind);
        var mailed = choice.Mail is not null && choice.Mail.Contains(kind);
        return inPage || mailed ? new() { EventId = found.Event.Id, UserId = member.UserId, InPage = inPage, MailDueAt = mailed ? now : null } : null;
    }
}
