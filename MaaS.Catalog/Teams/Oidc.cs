// Rows of signing in through an identity provider: whose account there is whose here, and sign-ins that are under way.
namespace MaaS.Catalog.Teams;

/// <summary>An account at a provider, by the two things that never change there.</summary>
public sealed class ExternalIdentity
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Issuer { get; init; }
    public required string Subject { get; init; }
    public required Guid UserId { get; init; }
    public User User { get; init; } = null!;
    public DateTimeOffset LinkedAt { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>A sign-in on its way. All that must stay secret is derived from the browser's flow, of which only the hash is here.</summary>
public sealed class OidcSignIn
{
    public required byte[] FlowHash { get; init; }
    public byte[]? InvitationHash { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the provider's code was taken; there is one only.</summary>
    public DateTimeOffset? RedeemedAt { get; set; }

    /// <summary>What the provider said, while a code of the authenticator app is waited for.</summary>
    public string? Issuer { get; set; }
    public string? Subject { get; set; }
    public string? Email { get; set; }
    public bool EmailVerified { get; set; }
}
