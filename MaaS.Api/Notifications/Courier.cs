// Takes one delivery to its webhook, and writes down what became of it.
using System.Security.Cryptography;
using System.Text.Json;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using MaaS.Contracts;
using MaaS.Contracts.Notifications;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal sealed class Courier(IDbContextFactory<CatalogContext> contexts, WebhookSender sender, Vault vault, Mail mail, TimeProvider clock)
{
    public const string Test = "test";

    /// <summary>Sends it once. A row that is gone, or given up meanwhile, is left alone.</summary>
    public async Task Deliver(Guid id, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var delivery = await context.WebhookDeliveries.Include(row => row.Webhook).Include(row => row.Event!.Team).SingleOrDefaultAsync(row => row.Id == id, token);
        if (delivery is not { State: DeliveryState.Pending })
            return;
        var sent = delivery.Webhook.Enabled || delivery.Event is null ? await Send(context, delivery, token) : new(null, "The webhook was turned off.");
        var now = clock.GetUtcNow();
        delivery.Attempts++;
        (delivery.Status, delivery.Problem) = (sent.Status, sent.Problem);
        delivery.NextAt = sent.Problem is not null && delivery.Webhook.Enabled && delivery.Event is not null && Deliveries.Pause(delivery.Attempts) is { } pause ? now + pause : null;
        if (delivery.NextAt is null)
            (delivery.State, delivery.FinishedAt) = (sent.Problem is null ? DeliveryState.Delivered : DeliveryState.Failed, now);
        try
        {
            await context.SaveChangesAsync(token);
        }
        catch (DbUpdateConcurrencyException)
        {
            // The webhook was deleted meanwhile, and its deliveries with it.
        }
    }

    public static string Kind(TeamEvent? happened) => happened is null ? Test : JsonNamingPolicy.SnakeCaseLower.ConvertName(happened.Kind.ToString());

    private async Task<Sent> Send(CatalogContext context, WebhookDelivery delivery, CancellationToken token)
    {
        var (webhook, happened, kind) = (delivery.Webhook, delivery.Event, Kind(delivery.Event));
        var team = happened?.Team.Name ?? await context.Teams.Where(row => row.Id == webhook.TeamId).Select(row => row.Name).SingleAsync(token);
        var payload = happened is null
            ? new WebhookPayload(delivery.Id, kind, delivery.CreatedAt, team, $"A test of the webhook {webhook.Name}", null, null, null)
            : new WebhookPayload(delivery.Id, kind, happened.At, team, EventWords.Of(happened.Kind, happened.Name), happened.Name, happened.Detail, mail.Address(happened.Link));
        try
        {
            var secret = await vault.Unprotect(Vault.Webhooks, webhook.Secret);
            return await sender.Send(webhook.Url, secret, kind, delivery.Id, JsonSerializer.SerializeToUtf8Bytes(payload, MaaSJson.Options), token);
        }
        catch (CryptographicException)
        {
            return new(null, "Its secret cannot be read any more; delete the webhook and make another.");
        }
    }
}
