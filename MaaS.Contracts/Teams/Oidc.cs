// Signing in through an identity provider (OpenID Connect), which the operator configures. The browser goes to the provider and comes back
// to the portal; a program that signs people in does as the portal does.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Teams;

/// <param name="Name">What the provider is called: "Continue with ...".</param>
public sealed record OidcView(string Name);

/// <param name="Invitation">The token of a one-time link that is accepted by signing in.</param>
public sealed record BeginOidc([property: StringLength(200)] string? Invitation = null);

/// <param name="Address">Of the provider: where the browser goes. It comes back to the portal's <c>/sign-in/callback</c>.</param>
/// <param name="Flow">Finishes what was begun, once and within ten minutes. Keep it in the same browser, out of every address.</param>
public sealed record OidcBegun(string Address, string Flow);

/// <param name="State">As the provider gave it back.</param>
/// <param name="Code">As the provider gave it.</param>
public sealed record FinishOidc(
    [property: Required, StringLength(200)] string Flow,
    [property: Required, StringLength(200)] string State,
    [property: Required, StringLength(4000)] string Code);

/// <summary>The last step of who has an authenticator app, after the refusal <c>code_needed</c>.</summary>
/// <param name="Code">Of the app, or a recovery code.</param>
public sealed record OidcCode(
    [property: Required, StringLength(200)] string Flow,
    [property: Required, StringLength(40)] string Code);

/// <summary>An account at a provider that signs in to mine.</summary>
/// <param name="Issuer">The provider's address.</param>
public sealed record IdentityView(Guid Id, string Issuer, DateTimeOffset LinkedAt);
