// What a person sees and changes of their own account: sessions, password, authenticator; and the way back in without the password.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Teams;

/// <param name="Device">Of the sign-in, as its program called itself: <c>Firefox on Linux</c>.</param>
/// <param name="Address">The sign-in came from it.</param>
/// <param name="LastSeenAt">To the minute.</param>
/// <param name="Current">Whether it is the one that asks.</param>
public sealed record SessionView(
    Guid Id, string Device, string? Address, string Team, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, bool Current);

/// <summary>Ends every other session of the person.</summary>
public sealed record ChangePassword(
    [property: Required, StringLength(200)] string Password,
    [property: Required, StringLength(200, MinimumLength = 10)] string NewPassword);

/// <summary>Asks for a link by e-mail; the answer is the same whether or not there is such an account.</summary>
public sealed record ForgottenPassword([property: Required, EmailAddress, StringLength(254)] string Email);

/// <param name="Token">Goes into the portal's address <c>/reset?token=...</c>; shown once, used once.</param>
public sealed record PasswordResetLink(string Email, string Token, DateTimeOffset ExpiresAt);

/// <summary>Redeems a link: sets the password, lifts a lock and ends every session of the person.</summary>
public sealed record ResetPassword(
    [property: Required, StringLength(200)] string Token,
    [property: Required, StringLength(200, MinimumLength = 10)] string Password);

/// <param name="RecoveryCodes">How many are left.</param>
public sealed record AuthenticatorView(bool On, DateTimeOffset? Since, int RecoveryCodes);

/// <summary>Begins setting up an authenticator app; whoever found an open session must not be able to.</summary>
public sealed record BeginAuthenticator([property: Required, StringLength(200)] string Password);

/// <param name="Secret">In Base32, for typing; shown this once, in effect once a code of it was given.</param>
/// <param name="Address">The same for the app: <c>otpauth://totp/...</c>, which the portal draws as a QR code.</param>
public sealed record AuthenticatorSetup(string Secret, string Address);

/// <param name="Code">The six digits that the app shows now, or a recovery code. Each works once.</param>
public sealed record AuthenticatorCode([property: Required, StringLength(40)] string Code);

/// <param name="Codes">Each signs in once in place of the app; shown this once.</param>
public sealed record RecoveryCodes(IReadOnlyList<string> Codes);
