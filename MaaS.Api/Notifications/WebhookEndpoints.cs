// A team's webhooks: where they lead, which events they get, and what became of the deliveries.
using System.Text;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Notifications;
using MaaS.Contracts;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Notifications;

internal static class WebhookEndpoints
{
    /// <summary>Every event is sent to each of them.</summary>
    private const int Most = 20;

    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("webhooks").WithTags("Webhooks");
        webhooks.MapGet("", List).Needs(Role.Admin).WithSummary("The team's webhooks; never their secrets");
        webhooks.MapPost("", Create).Needs(Role.Admin).WithSummary("Make a webhook; the secret that signs is in the answer and nowhere else");
        webhooks.MapPut("{webhook}", Update).Needs(Role.Admin).WithSummary("Change where it leads or which events it gets, or turn it off");
        webhooks.MapDelete("{webhook}", Delete).Needs(Role.Admin).WithSummary("Delete a webhook");
        webhooks.MapPost("{webhook}/test", Test).Needs(Role.Admin).WithSummary("Send a test now, and see what became of it");
        webhooks.MapGet("{webhook}/deliveries", Deliveries).Needs(Role.Admin).WithSummary("What was sent, newest first");
        webhooks.MapPost("{webhook}/deliveries/{delivery}/retry", Retry).Needs(Role.Admin).WithSummary("Send a delivery that failed once more");
    }

    private static async Task<Ok<IReadOnlyList<WebhookView>>> List(Caller caller, CatalogContext context, CancellationToken token)
    {
        var webhooks = await context.Webhooks.AsNoTracking().Where(row => row.TeamId == caller.TeamId).OrderBy(row => row.Name).ThenBy(row => row.Id).ToListAsync(token);
        var views = new List<WebhookView>();
        foreach (var row in webhooks)
            views.Add(View(row, await context.WebhookDeliveries.AsNoTracking().Include(sent => sent.Event).Where(sent => sent.WebhookId == row.Id).OrderByDescending(sent => sent.Id).FirstOrDefaultAsync(token)));
        return TypedResults.Ok<IReadOnlyList<WebhookView>>(views);
    }

    private static async Task<Results<Ok<WebhookCreated>, InvalidProblem, ConflictProblem>> Create(
        SaveWebhook request, Caller caller, CatalogContext context, WebhookSender sender, Vault vault, CancellationToken token)
    {
        if (!sender.TryAddress(request.Url, out var problem))
            return new InvalidProblem("url_not_allowed", problem!);
        if (await context.Webhooks.CountAsync(row => row.TeamId == caller.TeamId, token) >= Most)
            return new ConflictProblem("too_many_webhooks", $"The team has {Most} webhooks, which is as many as there may be; delete one that is not needed.");
        var secret = Secrets.New(Secrets.Webhook);
        var webhook = new Webhook
        {
            TeamId = caller.TeamId,
            Name = request.Name,
            Url = request.Url,
            Secret = await vault.Protect(Vault.Webhooks, Encoding.UTF8.GetBytes(secret)),
            Events = [.. request.Events.Distinct()],
            Enabled = request.Enabled,
            CreatedBy = caller.Name,
        };
        context.Webhooks.Add(webhook);
        context.Audit(caller, "created", "webhook", webhook.Name, Host(webhook));
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(new WebhookCreated(View(webhook, null), secret));
    }

    private static async Task<Results<Ok<WebhookView>, NotFoundProblem, InvalidProblem>> Update(
        Guid webhook, SaveWebhook request, Caller caller, CatalogContext context, WebhookSender sender, CancellationToken token)
    {
        if (await Find(context, caller, webhook, token) is not { } row)
            return Missing(webhook);
        if (!sender.TryAddress(request.Url, out var problem))
            return new InvalidProblem("url_not_allowed", problem!);
        (row.Name, row.Url, row.Events, row.Enabled) = (request.Name, request.Url, [.. request.Events.Distinct()], request.Enabled);
        context.Audit(caller, "updated", "webhook", row.Name, Host(row));
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(View(row, null));
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Delete(Guid webhook, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (await Find(context, caller, webhook, token) is not { } row)
            return Missing(webhook);
        context.Webhooks.Remove(row);
        context.Audit(caller, "deleted", "webhook", row.Name);
        await context.SaveChangesAsync(token);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<WebhookDeliveryView>, NotFoundProblem>> Test(Guid webhook, Caller caller, CatalogContext context, Courier courier, CancellationToken token)
    {
        if (await Find(context, caller, webhook, token) is not { } row)
            return Missing(webhook);
        var delivery = context.WebhookDeliveries.Add(new() { WebhookId = row.Id }).Entity;
        context.Audit(caller, "tested", "webhook", row.Name);
        await context.SaveChangesAsync(token);
        await courier.Deliver(delivery.Id, token);
        // Gone, when another admin has deleted the webhook meanwhile.
        return await Sent(context).SingleOrDefaultAsync(sent => sent.Id == delivery.Id, token) is { } sent ? TypedResults.Ok(View(sent)) : Missing(webhook);
    }

    private static async Task<Results<Ok<Page<WebhookDeliveryView>>, NotFoundProblem, InvalidProblem>> Deliveries(
        Guid webhook, [AsParameters] Paging paging, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (!paging.TryId(out var after, out var problem))
            return problem!;
        if (await Find(context, caller, webhook, token) is not { } row)
            return Missing(webhook);
        var deliveries = Sent(context).Where(sent => sent.WebhookId == row.Id && (after == null || sent.Id < after)).OrderByDescending(sent => sent.Id);
        return TypedResults.Ok(await deliveries.Page(paging.Count, sent => $"{sent.Id}", View, token));
    }

    private static async Task<Results<Ok<WebhookDeliveryView>, NotFoundProblem, ConflictProblem>> Retry(
        Guid webhook, Guid delivery, Caller caller, CatalogContext context, TimeProvider clock, CancellationToken token)
    {
        if (await Find(context, caller, webhook, token) is not { } row)
            return Missing(webhook);
        var sent = await context.WebhookDeliveries.Include(found => found.Event).SingleOrDefaultAsync(found => found.Id == delivery && found.WebhookId == row.Id, token);
        if (sent is null)
            return new NotFoundProblem("delivery", delivery);
        if (sent.State != DeliveryState.Failed)
            return new ConflictProblem("delivery_not_failed", $"Delivery {delivery} has not failed; only one that was given up is sent again by hand.");
        if (!row.Enabled)
            return new ConflictProblem("webhook_off", $"The webhook {row.Name} is turned off; turn it on before something is sent to it.");
        (sent.State, sent.FinishedAt, sent.Attempts, sent.NextAt) = (DeliveryState.Pending, null, 0, clock.GetUtcNow());
        await context.SaveChangesAsync(token);
        return TypedResults.Ok(View(sent));
    }

    private static IQueryable<WebhookDelivery> Sent(CatalogContext context) => context.WebhookDeliveries.AsNoTracking().Include(sent => sent.Event);

    private static Task<Webhook?> Find(CatalogContext context, Caller caller, Guid webhook, CancellationToken token) =>
        context.Webhooks.SingleOrDefaultAsync(row => row.Id == webhook && row.TeamId == caller.TeamId, token);

    private static NotFoundProblem Missing(Guid webhook) => new("webhook", webhook);

    // An address may hold a token of its own; whose it is says enough.
    private static string Host(Webhook row) => $"{new Uri(row.Url).Host}{(row.Enabled ? "" : ", off")}";

    private static WebhookView View(Webhook row, WebhookDelivery? last) =>
        new(row.Id, row.Name, row.Url, row.Events, row.Enabled, row.CreatedBy, row.CreatedAt, last is null ? null : View(last));

    private static WebhookDeliveryView View(WebhookDelivery row) => new(
        row.Id, Courier.Kind(row.Event), row.State, row.Attempts, row.Status, row.Problem, row.CreatedAt, row.NextAt, row.FinishedAt);
}
