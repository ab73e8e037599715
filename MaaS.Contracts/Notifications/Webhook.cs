// A team's own program that is told what happened, and what became of telling it.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Notifications;

/// <param name="Last">What became of the newest delivery.</param>
public sealed record WebhookView(
    Guid Id, string Name, string Url, IReadOnlyList<EventKind> Events, bool Enabled, string CreatedBy, DateTimeOffset CreatedAt, WebhookDeliveryView? Last = null);

/// <param name="Url">https, and not of a private network.</param>
/// <param name="Events">At least one.</param>
public sealed record SaveWebhook(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: Required, StringLength(2000)] string Url,
    [property: Required, MinLength(1, ErrorMessage = "Choose at least one event."), MaxLength(10)] IReadOnlyList<EventKind> Events,
    bool Enabled = true);

/// <param name="Secret">Signs every delivery; shown this once.</param>
public sealed record WebhookCreated(WebhookView Webhook, string Secret);

/// <summary>Failed is given up: after the last try, or because a person stopped the webhook.</summary>
public enum DeliveryState { Pending, Delivered, Failed }

/// <param name="Event"><c>run_failed</c>, <c>test</c>, ...</param>
/// <param name="Status">Of the last answer; null when there was none.</param>
/// <param name="Problem">Why the last try failed, in a sentence.</param>
/// <param name="NextAt">When it is tried again.</param>
public sealed record WebhookDeliveryView(
    Guid Id, string Event, DeliveryState State, int Attempts, int? Status, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? NextAt, DateTimeOffset? FinishedAt);

/// <summary>
/// The body of a delivery. The header <c>MaaS-Signature: t=1700000000,v1=...</c> signs it: v1 is the HMAC-SHA256 of "t.body" with the
/// webhook's secret, in hex; t is when it was sent, in seconds since 1970, and what is older than a few minutes should be refused.
/// </summary>
/// <param name="Id">The same at every try, so that what comes twice can be told.</param>
/// <param name="Link">The portal's page.</param>
public sealed record WebhookPayload(Guid Id, string Event, DateTimeOffset At, string Team, string Title, string? Name, string? Detail, string? Link);
