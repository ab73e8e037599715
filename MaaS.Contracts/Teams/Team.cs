// People, teams, roles, sign-in and keys for programs.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Teams;

/// <summary>A viewer reads; a member also changes things; an admin also manages people and keys.</summary>
public enum Role { Viewer, Member, Admin }

/// <param name="StorageBytes">What the team's artifacts take on disk.</param>
/// <param name="StorageQuotaBytes">Uploads beyond it are refused.</param>
/// <param name="ApprovalNeeded">Whether a version must be approved before it gets traffic.</param>
public sealed record TeamView(Guid Id, string Name, long StorageBytes, long StorageQuotaBytes, DateTimeOffset CreatedAt, bool ApprovalNeeded = false);

/// <param name="Authenticator">Whether the person's sign-in needs a code of an authenticator app.</param>
public sealed record MemberView(Guid UserId, string Email, Role Role, bool Pending, DateTimeOffset JoinedAt, bool Authenticator = false);

/// <summary>Invites a person; the answer holds a one-time link's token.</summary>
public sealed record InviteMember([property: Required, EmailAddress, StringLength(254)] string Email, Role Role = Role.Member);

/// <param name="Token">Goes into the portal's address <c>/setup?token=...</c>; shown once, used once.</param>
public sealed record Invitation(string Email, Role Role, string Token, DateTimeOffset ExpiresAt);

public sealed record ChangeRole(Role Role);

/// <param name="Code">Of the authenticator app, or a recovery code; needed when the account has one, which the refusal <c>code_needed</c> says.</param>
public sealed record SignIn(
    [property: Required, EmailAddress, StringLength(254)] string Email,
    [property: Required, StringLength(200)] string Password,
    [property: StringLength(40)] string? Code = null);

/// <summary>Redeems a one-time link: sets the password, joins the team and signs in.</summary>
/// <param name="Email">Needed only for the first administrator's link, which names nobody yet.</param>
/// <param name="Code">Needed only by an account that exists and has an authenticator.</param>
public sealed record AcceptInvitation(
    [property: Required, StringLength(200)] string Token,
    [property: Required, StringLength(200, MinimumLength = 10)] string Password,
    [property: EmailAddress, StringLength(254)] string? Email = null,
    [property: StringLength(40)] string? Code = null);

/// <param name="Token">The bearer token; opaque, stored hashed, revocable.</param>
public sealed record SessionCreated(string Token, DateTimeOffset ExpiresAt, CallerView Caller);

/// <summary>Who is calling: a person with a session, or a program with a key.</summary>
public sealed record CallerView(TeamView Team, Role Role, string Name, Guid? UserId, Guid? KeyId, IReadOnlyList<TeamView> Teams);

/// <summary>Makes another of one's teams the session's team.</summary>
public sealed record SwitchTeam(Guid TeamId);

/// <param name="Role">What the key may do; keys are scoped by role.</param>
/// <param name="Prefix">The first characters, to tell keys apart.</param>
public sealed record ApiKeyView(
    Guid Id, string Name, Role Role, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, UsageLimits? Limits = null);

public sealed record CreateApiKey(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    Role Role = Role.Member,
    DateTimeOffset? ExpiresAt = null,
    UsageLimits? Limits = null);

/// <param name="Secret">Shown this once; only its hash is stored.</param>
public sealed record ApiKeyCreated(ApiKeyView Key, string Secret);

/// <param name="Noun">What it was done to: <c>deployment</c>, <c>model</c>, ...</param>
public sealed record AuditEventView(
    long Number, DateTimeOffset At, string Actor, string Action, string Noun, string NounName, string? Detail);

/// <summary>Which events of the audit log are wanted; what is null does not matter.</summary>
/// <param name="Actor">Part of who did it: an e-mail address, or a key's name.</param>
/// <param name="Action">What was done: <c>deleted</c>, <c>signed_in</c>, ...</param>
/// <param name="Noun">What to: <c>deployment</c>, <c>model</c>, ...</param>
/// <param name="Text">Part of the noun's name or of the detail.</param>
/// <param name="Since">Not before it.</param>
/// <param name="Until">Before it.</param>
public sealed record AuditFilter(
    string? Actor = null, string? Action = null, string? Noun = null, string? Text = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null);
