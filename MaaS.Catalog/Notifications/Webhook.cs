// Rows of webhooks and of what is sent to them.
using MaaS.Contracts.Notifications;

namespace MaaS.Catalog.Notifications;

public sealed class Webhook
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; set; }
    public required string Url { get; set; }

    /// <summary>Encrypted; it signs, so a hash of it would not do.</summary>
    public required byte[] Secret { get; init; }
    public required IReadOnlyList<EventKind> Events { get; set; }
    public bool Enabled { get; set; } = true;
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>One event for one webhook, with what became of it.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid WebhookId { get; init; }
    public Webhook Webhook { get; init; } = null!;

    /// <summary>Null of a test.</summary>
    public Guid? EventId { get; init; }
    public TeamEvent? Event { get; init; }
    public DeliveryState State { get; set; } = DeliveryState.Pending;
    public int Attempts { get; set; }
    public int? Status { get; set; }
    public string? Problem { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>When it is sent, for the first time or again; pushed into the future by whoever sends it, who may die.</summary>
    public DateTimeOffset? NextAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}
