// Whom an ID token speaks of, when it can be trusted: OpenID Connect Core 1.0, section 3.1.3.7. Says in words what is wrong with one that cannot.
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Api.Teams.Oidc;

internal static class IdToken
{
    /// <summary>Clocks differ.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(1);

    // Of keys that only the provider has; with a shared secret, whoever can check a token could make one.
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler s_tokens = new() { MapInboundClaims = false };

    /// <param name="keys">Of the provider.</param>
    /// <returns>The identity, or what is wrong with the token.</returns>
    public static async Task<(OidcIdentity? Identity, string? Mistake)> Read(string text, BaseConfigurationManager keys, string issuer, string client, string nonce)
    {
        var read = await s_tokens.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = client,
            ConfigurationManager = keys, // asked again for a key that is not known yet
            ValidAlgorithms = s_algorithms,
            ClockSkew = s_skew,
        });
        if (!read.IsValid)
            return (null, Words(read.Exception));
        var claims = read.ClaimsIdentity;
        if (claims.FindFirst("nonce")?.Value is not { } given || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(nonce)))
            return (null, "its token was made for another sign-in");
        if ((claims.FindFirst("azp")?.Value ?? (claims.FindAll("aud").Count() == 1 ? client : null)) != client)
            return (null, "its token was made for another application");
        if (claims.FindFirst("sub")?.Value is not { Length: > 0 } subject)
            return (null, "its token names nobody");
        return (new(issuer, subject, claims.FindFirst("email")?.Value.ToLowerInvariant(), claims.FindFirst("email_verified")?.Value is "true" or "True"), null);
    }

    private static string Words(Exception mistake) => mistake switch
    {
        SecurityTokenExpiredException => "its token has expired",
        SecurityTokenNotYetValidException => "its token is not valid yet; one of the clocks is wrong",
        SecurityTokenInvalidAudienceException => "its token was made for another application",
        SecurityTokenInvalidIssuerException => "its token was made by somebody else",
        SecurityTokenNoExpirationException => "its token never expires",
        SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidAlgorithmException => "its token is not signed with the provider's key",
        _ => "its token cannot be read",
    };
}
