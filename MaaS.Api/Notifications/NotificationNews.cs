// What streams of events say of notifications: how many a person has not read, and that something was sent to a webhook.
using MaaS.Api.Events;
using MaaS.Catalog;
using MaaS.Contracts.Events;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal static class NotificationNews
{
    public static async Task<IEnumerable<(Source, LiveEvent)>> Unread(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var people = sources.Select(source => source.Person).ToList();
        var unread = await context.Notifications.Where(row => people.Contains(row.UserId) && row.InPage && row.ReadAt == null)
            .GroupBy(row => new { row.UserId, row.Event.TeamId }).Select(rows => new { rows.Key.UserId, rows.Key.TeamId, Count = rows.Count(), Newest = rows.Max(row => row.Event.At) }).ToListAsync(token);
        var found = unread.ToDictionary(row => new Source(TopicKind.Notifications, row.TeamId, row.UserId), row => new UnreadEvent(row.Count, row.Newest));
        return sources.Select(source => (source, (LiveEvent)(found.GetValueOrDefault(source) ?? new UnreadEvent(0, null))));
    }

    public static async Task<IEnumerable<(Source, LiveEvent)>> Deliveries(CatalogContext context, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var ids = sources.Select(source => source.Id).ToList();
        var webhooks = await context.Webhooks.Where(row => ids.Contains(row.Id)).Select(row => row.Id).ToListAsync(token);
        var sent = (await context.WebhookDeliveries.Where(row => ids.Contains(row.WebhookId)).GroupBy(row => row.WebhookId)
            .Select(rows => new { rows.Key, Count = rows.Count(), Attempts = rows.Sum(row => row.Attempts), Last = rows.Max(row => row.FinishedAt) }).ToListAsync(token)).ToDictionary(row => row.Key);
        return webhooks.Select(id => (new Source(TopicKind.Webhook, id), (LiveEvent)new ChangedEvent($"{Topic.Webhook(id)}",
            sent.TryGetValue(id, out var row) ? $"{row.Count}-{row.Attempts}-{row.Last?.UtcTicks}" : "0")));
    }
}
