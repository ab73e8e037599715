// Rows of a person's ways back in: links that set a new password, and codes in place of the authenticator app. Only hashes of them.
namespace MaaS.Catalog.Teams;

/// <summary>A one-time link.</summary>
public sealed class PasswordReset
{
    public required byte[] TokenHash { get; init; }
    public required Guid UserId { get; init; }
    public User User { get; init; } = null!;

    /// <summary>Whose admin made it; null when it went to the person's own e-mail address.</summary>
    public Guid? TeamId { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>Deleted when it is used.</summary>
public sealed class RecoveryCode
{
    public required Guid UserId { get; init; }
    public User User { get; init; } = null!;
    public required byte[] Hash { get; init; }
}

/// <summary>A key that stored secrets are encrypted with, as the data protection of the server writes it.</summary>
public sealed class ProtectionKey
{
    public required string Name { get; init; }
    public required string Xml { get; init; }
}
