// Rows of what happened, of who is to hear of it, and of how far each kind of source has been read.
using MaaS.Catalog.Teams;
using MaaS.Contracts.Notifications;

namespace MaaS.Catalog.Notifications;

/// <summary>Something that happened in a team.</summary>
public sealed class TeamEvent
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public Team Team { get; init; } = null!;
    public required EventKind Kind { get; init; }

    /// <summary>The row it comes from, <c>job/...</c>; unique, so that reading a row twice makes one event.</summary>
    public required string Source { get; init; }
    public required string Name { get; init; }
    public string? Detail { get; init; }
    public required string Link { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>One event for one person.</summary>
public sealed class Notification
{
    public required Guid EventId { get; init; }
    public TeamEvent Event { get; init; } = null!;
    public required Guid UserId { get; init; }
    public User User { get; init; } = null!;

    /// <summary>Whether the person wants to see it in the portal; otherwise it is only mailed.</summary>
    public required bool InPage { get; init; }
    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>When to mail it, for the first time or again; null when it is not to be mailed any more.</summary>
    public DateTimeOffset? MailDueAt { get; set; }
    public int MailAttempts { get; set; }
}

/// <summary>How far the rows of one source have been read. Whoever reads holds the row.</summary>
public sealed class EventCursor
{
    public required string Source { get; init; }
    public required DateTimeOffset Position { get; set; }
}
