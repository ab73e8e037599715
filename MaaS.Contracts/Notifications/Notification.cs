// What happened that somebody may want to hear of, and who wants to hear of it where.
namespace MaaS.Contracts.Notifications;

/// <summary>That approval is requested is news to admins; what became of it to who requested it.</summary>
public enum EventKind { RunSucceeded, RunFailed, DeploymentRolledBack, DriftFound, ApprovalRequested, VersionApproved, VersionRejected }

/// <param name="Name">Of the run, the deployment or the version.</param>
/// <param name="Detail">Why, or in which experiment.</param>
/// <param name="Link">The portal's page: <c>/runs/...</c>.</param>
public sealed record NotificationView(Guid Id, EventKind Kind, string Name, string? Detail, string Link, DateTimeOffset At, bool Read);

public sealed record UnreadNotifications(int Count);

/// <summary>What one person wants to hear of in one team.</summary>
/// <param name="Page">In the portal; null is everything.</param>
/// <param name="Mail">By e-mail; null is nothing.</param>
/// <param name="OwnRunsOnly">Of runs only those that the person started.</param>
public sealed record NotificationChoice(IReadOnlyList<EventKind>? Page = null, IReadOnlyList<EventKind>? Mail = null, bool OwnRunsOnly = true);

/// <param name="CanMail">Whether this installation sends e-mail at all.</param>
public sealed record NotificationChoiceView(NotificationChoice Choice, bool CanMail);

/// <summary>What an event is called, in one sentence.</summary>
public static class EventWords
{
    public static string Of(EventKind kind, string name) => kind switch
    {
        EventKind.RunSucceeded => $"Run {name} finished",
        EventKind.RunFailed => $"Run {name} failed",
        EventKind.DeploymentRolledBack => $"Deployment {name} was rolled back by its guard",
        EventKind.ApprovalRequested => $"Approval of {name} is requested",
        EventKind.VersionApproved => $"{name} is approved",
        EventKind.VersionRejected => $"{name} is not approved",
        _ => $"What deployment {name} is asked has drifted",
    };
}
