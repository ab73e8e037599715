// Rows of teams, people and how they sign in. Secrets are stored as SHA-256 of 32 random bytes, passwords as salted slow hashes.
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;

namespace MaaS.Catalog.Teams;

public sealed class Team
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; set; }
    public required long StorageQuotaBytes { get; set; }

    /// <summary>Of all requests to its deployments together.</summary>
    public UsageLimits Limits { get; set; } = new();

    /// <summary>Whether a version must be approved before it gets traffic.</summary>
    public bool ApprovalNeeded { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}

public sealed class User
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Lower case; unique.</summary>
    public required string Email { get; init; }
    public required string PasswordHash { get; set; }
    public int FailedSignIns { get; set; }
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>Encrypted; in effect once <see cref="AuthenticatorSince"/> is set.</summary>
    public byte[]? AuthenticatorSecret { get; set; }
    public DateTimeOffset? AuthenticatorSince { get; set; }

    /// <summary>Of the newest code that was accepted; only later ones are, so that none works twice.</summary>
    public long AuthenticatorStep { get; set; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}

public sealed class Member
{
    public required Guid TeamId { get; init; }
    public Team Team { get; init; } = null!;
    public required Guid UserId { get; init; }
    public User User { get; init; } = null!;
    public required Role Role { get; set; }
    public NotificationChoice Notifications { get; set; } = new();
    public DateTimeOffset JoinedAt { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>A one-time link. Without an e-mail address it makes the first administrator.</summary>
public sealed class InvitationRow
{
    public required byte[] TokenHash { get; init; }
    public required Guid TeamId { get; init; }
    public string? Email { get; init; }
    public required Role Role { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

public sealed class Session
{
    public required byte[] TokenHash { get; init; }

    /// <summary>What it is called by; the hash stays inside.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid UserId { get; init; }
    public User User { get; init; } = null!;
    public required Guid TeamId { get; set; }
    public string Device { get; init; } = "unknown";
    public string? Address { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public DateTimeOffset LastSeenAt { get; set; } = DateTimeOffset.UtcNow;
    public required DateTimeOffset ExpiresAt { get; set; }
}

public sealed class ApiKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TeamId { get; init; }
    public required string Name { get; init; }
    public required Role Role { get; init; }
    public required string Prefix { get; init; }
    public required byte[] SecretHash { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public UsageLimits Limits { get; set; } = new();
}

/// <summary>Who did what to which noun; only ever added.</summary>
public sealed class AuditEvent
{
    public long Number { get; init; }
    public required Guid TeamId { get; init; }
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
    public required string Actor { get; init; }
    public required string Action { get; init; }
    public required string Noun { get; init; }
    public required string NounName { get; init; }
    public string? Detail { get; init; }
}
