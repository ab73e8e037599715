// Talks to the identity provider: where to send people (discovery), and whom a code stands for (OpenID Connect Core 1.0, section 3.1). It
// believes nobody but who signed with the provider's keys. Knows no account of ours.
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Api.Problems;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace MaaS.Api.Teams.Oidc;

/// <summary>Who signed in, as the provider says.</summary>
internal sealed record OidcIdentity(string Issuer, string Subject, string? Email, bool EmailVerified);

internal sealed class OidcProvider : IDisposable
{
    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _discovery;
    private readonly ILogger<OidcProvider> _logger;

    public OidcProvider(OidcSettings? settings, ILogger<OidcProvider> logger)
    {
        // A provider that sends us elsewhere sends us nowhere: the secret goes to the address that it named, or not at all.
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = s_patience, MaxResponseContentBufferSize = MostBytes };
        (Settings, _logger) = (settings, logger);
        if (settings is not null)
            _discovery = new($"{settings.Authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever(_http) { RequireHttps = !settings.MayBePlain });
    }

    /// <summary>Null when the operator named no provider; then nothing else here may be called.</summary>
    public OidcSettings? Settings { get; }

    private string Name => Settings!.Name;

    /// <summary>Where the browser goes.</summary>
    /// <returns>Null when the provider does not answer.</returns>
    public async Task<string?> Address(OidcFlow flow, CancellationToken token) => await Discover(token) is not { } known ? null
        : QueryHelpers.AddQueryString(known.AuthorizationEndpoint, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = Settings!.ClientId,
            ["redirect_uri"] = Settings.CallbackAddress,
            ["scope"] = "openid email",
            ["state"] = flow.State,
            ["nonce"] = flow.Nonce,
            ["code_challenge"] = flow.Challenge,
            ["code_challenge_method"] = "S256",
        });

    /// <summary>Trades the code for a token, and reads it.</summary>
    public async Task<(OidcIdentity? Identity, ProblemResult? Problem)> Redeem(string code, OidcFlow flow, CancellationToken token)
    {
        try
        {
            if (await Discover(token) is not { } known)
                return (null, Unreachable());
            using var answer = await _http.SendAsync(CodeRequest(known, code, flow), token);
            if ((int)answer.StatusCode >= 500)
                return (null, Unreachable());
            if (!answer.IsSuccessStatusCode)
                return (null, Refused("it gave no token for the code that came with the browser", await answer.Content.ReadAsStringAsync(token)));
            if (await answer.Content.ReadFromJsonAsync<Tokens>(token) is not { IdToken: { } idToken } tokens)
                return (null, Refused("it gave a token that names nobody"));
            var (claims, mistake) = await IdToken.Read(idToken, _discovery!, known.Issuer, Settings!.ClientId, flow.Nonce);
            if (claims is null)
                return (null, Refused(mistake!));
            return (claims.Email is null ? await WithEmail(claims, known, tokens.AccessToken, token) : claims, null);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || (error is OperationCanceledException && !token.IsCancellationRequested))
        {
            _logger.LogWarning(error, "{Provider} does not answer", Name);
            return (null, Unreachable());
        }
    }

    public UnavailableProblem Unreachable() =>
        new("oidc_unreachable", $"{Name} does not answer as an identity provider right now. Try again in a moment, or sign in with your password.");

    /// <param name="answer">For the log only.</param>
    private UnauthenticatedProblem Refused(string why, string? answer = null)
    {
        _logger.LogWarning("Nobody was signed in through {Provider}: {Why} {Answer}", Name, why, answer);
        return new("oidc_refused", $"{Name} cannot sign you in: {why}. Begin again, or tell the operator.");
    }

    private async Task<OpenIdConnectConfiguration?> Discover(CancellationToken token)
    {
        try
        {
            var known = await _discovery!.GetConfigurationAsync(token);
            // OpenID Connect Discovery 1.0, section 4.3; and no secret goes over the network readable.
            if (known.Issuer?.TrimEnd('/') == Settings!.Authority.AbsoluteUri.TrimEnd('/') && IsSafe(known.AuthorizationEndpoint) && IsSafe(known.TokenEndpoint))
                return known;
            _logger.LogWarning("{Provider} calls itself {Issuer} and sends people to {Authorization} and us to {Token}; Oidc:Authority is {Authority}",
                Name, known.Issuer, known.AuthorizationEndpoint, known.TokenEndpoint, Settings.Authority);
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or HttpRequestException or ArgumentException || (error is OperationCanceledException && !token.IsCancellationRequested))
        {
            _logger.LogWarning(error, "{Provider} cannot be discovered", Name);
            return null;
        }
    }

    private bool IsSafe(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (Settings!.MayBePlain && uri.IsLoopback));

    private HttpRequestMessage CodeRequest(OpenIdConnectConfiguration known, string code, OidcFlow flow)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = Settings!.CallbackAddress,
            ["code_verifier"] = flow.Verifier,
        };
        var request = new HttpRequestMessage(HttpMethod.Post, known.TokenEndpoint);
        // Basic is what a provider takes that says nothing (Core, section 9); its two halves are form-encoded (RFC 6749, section 2.3.1).
        if (Settings.ClientSecret is { } secret && (known.TokenEndpointAuthMethodsSupported is not { Count: > 0 } methods || methods.Contains("client_secret_basic")))
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(Settings.ClientId)}:{Uri.EscapeDataString(secret)}")));
        else
        {
            form["client_id"] = Settings.ClientId;
            if (Settings.ClientSecret is not null)
                form["client_secret"] = Settings.ClientSecret;
        }
        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    /// <summary>Providers may leave the e-mail address to be asked for (Core, section 5.4).</summary>
    private async Task<OidcIdentity> WithEmail(OidcIdentity identity, OpenIdConnectConfiguration known, string? accessToken, CancellationToken token)
    {
        if (accessToken is null || !IsSafe(known.UserInfoEndpoint))
            return identity;
        using var request = new HttpRequestMessage(HttpMethod.Get, known.UserInfoEndpoint) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } };
        using var answer = await _http.SendAsync(request, token);
        // Its answer is about the person of the token, or it is nobody's (Core, section 5.3.2).
        return answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<UserInfo>(token) is { } info && info.Subject == identity.Subject
            ? identity with { Email = info.Email?.ToLowerInvariant(), EmailVerified = info.EmailVerified.ToString() is "True" or "true" } : identity;
    }

    public void Dispose() => _http.Dispose();

    private sealed record Tokens([property: JsonPropertyName("id_token")] string? IdToken, [property: JsonPropertyName("access_token")] string? AccessToken);

    /// <param name="EmailVerified">Some write "true", as text.</param>
    private sealed record UserInfo(
        [property: JsonPropertyName("sub")] string? Subject, [property: JsonPropertyName("email")] string? Email, [property: JsonPropertyName("email_verified")] JsonElement EmailVerified);
}
