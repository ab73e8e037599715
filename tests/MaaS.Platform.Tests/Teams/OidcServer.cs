// A real OpenID provider on this machine: discovery, keys, codes that are traded once for tokens with real signatures, and who the person is.
// It checks what a provider must check: the client, the address to come back to, and the verifier of the code. Tests change what it says.
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Platform.Tests.Teams;

/// <summary>What the provider says of the next person, honest as it stands.</summary>
internal sealed record Person(string Subject, string? Email, object? EmailVerified = null)
{
    /// <summary>Changes the token before it is signed.</summary>
    public Action<SecurityTokenDescriptor> Forge { get; init; } = _ => { };

    /// <summary>Changes the token after it was signed.</summary>
    public Func<string, string> Tamper { get; init; } = token => token;

    /// <summary>Whether the address is in the token, or to be asked for.</summary>
    public bool AskForEmail { get; init; }
}

internal sealed class OidcServer : IAsyncDisposable
{
    public const string Client = "maas tests";
    public const string Secret = "a secret: with signs & spaces";

    private readonly ConcurrentDictionary<string, (Person Person, string Nonce, string Challenge)> _codes = new();
    private readonly ConcurrentDictionary<string, Person> _access = new();
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "of the tests" };
    private readonly WebApplication _app;
    private readonly string _portal;

    private OidcServer(WebApplication app, string portal) => (_app, _portal) = (app, portal);

    public string Address => _app.Urls.First();

    /// <summary>Who signs in when a real browser comes.</summary>
    public Person? Next { get; set; }

    /// <summary>Of the token endpoint.</summary>
    public int Status { get; set; } = 200;

    /// <summary>A key that it does not own up to.</summary>
    public static RsaSecurityKey Stranger { get; } = new(RSA.Create(2048)) { KeyId = "of the tests" };

    /// <summary>For a server that lets people in through it.</summary>
    public (string Name, string Value)[] Settings =>
        [("Oidc__Authority", Address), ("Oidc__ClientId", Client), ("Oidc__ClientSecret", Secret), ("Oidc__Name", "Harbour ID"), ("Portal__Address", _portal)];

    /// <param name="portal">Where people come back to.</param>
    public static async Task<OidcServer> Start(CancellationToken token, string portal = "https://portal.example.com/")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new OidcServer(builder.Build(), portal);
        server._app.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, object>
        {
            ["issuer"] = server.Address,
            ["authorization_endpoint"] = $"{server.Address}/authorize?tenant=harbour",
            ["token_endpoint"] = $"{server.Address}/token",
            ["userinfo_endpoint"] = $"{server.Address}/userinfo",
            ["jwks_uri"] = $"{server.Address}/keys",
        });
        server._app.MapGet("/keys", () => new { keys = new[] { PublicKey(server._key) } });
        server._app.MapGet("/authorize", server.Authorize);
        server._app.MapPost("/token", server.Token);
        server._app.MapGet("/userinfo", server.UserInfo);
        await server._app.StartAsync(token);
        return server;
    }

    /// <summary>The person signs in at the address that the browser was sent to.</summary>
    /// <returns>What the browser brings back.</returns>
    public (string State, string Code) SignIn(string address, Person person)
    {
        var asked = QueryHelpers.ParseQuery(new Uri(address).Query).ToDictionary(part => part.Key, part => $"{part.Value}");
        if (!address.StartsWith($"{Address}/authorize?tenant=harbour&", StringComparison.Ordinal)
            || (asked["response_type"], asked["client_id"], asked["redirect_uri"], asked["scope"], asked["code_challenge_method"]) != ("code", Client, Callback, "openid email", "S256"))
            throw new InvalidOperationException($"A provider would refuse {address}");
        var code = Guid.NewGuid().ToString("n");
        _codes[code] = (person, asked["nonce"], asked["code_challenge"]);
        return (asked["state"], code);
    }

    private string Callback => $"{_portal}sign-in/callback";

    private IResult Authorize(HttpContext context)
    {
        var (state, code) = SignIn($"{Address}{context.Request.Path}{context.Request.QueryString}", Next!);
        return Results.Redirect(QueryHelpers.AddQueryString(Callback, new Dictionary<string, string?> { ["state"] = state, ["code"] = code }));
    }

    private async Task<IResult> Token(HttpContext context, CancellationToken token)
    {
        var form = await context.Request.ReadFormAsync(token);
        var basic = AuthenticationHeaderValue.Parse(context.Request.Headers.Authorization.ToString());
        var client = Encoding.UTF8.GetString(Convert.FromBase64String(basic.Parameter!)).Split(':').Select(Uri.UnescapeDataString);
        if (!client.SequenceEqual([Client, Secret]))
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        if (Status != 200)
            return Results.StatusCode(Status);
        if (!_codes.TryRemove($"{form["code"]}", out var asked) || form["grant_type"] != "authorization_code" || form["redirect_uri"] != Callback
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($"{form["code_verifier"]}"))) != asked.Challenge)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var (person, access) = (asked.Person, Guid.NewGuid().ToString("n"));
        _access[access] = person;
        return Results.Json(new { token_type = "Bearer", access_token = access, id_token = IdToken(person, asked.Nonce) });
    }

    private string IdToken(Person person, string nonce)
    {
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = Client,
            IssuedAt = DateTime.UtcNow,
            NotBefore = DateTime.UtcNow,
            Expires = DateTime.UtcNow.AddMinutes(5),
            SigningCredentials = new(_key, SecurityAlgorithms.RsaSha256),
            Claims = new Dictionary<string, object> { ["sub"] = person.Subject, ["nonce"] = nonce },
        };
        if (!person.AskForEmail)
            foreach (var (name, value) in Email(person))
                descriptor.Claims.Add(name, value);
        person.Forge(descriptor);
        return person.Tamper(new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor));
    }

    private IResult UserInfo(HttpContext context) =>
        _access.TryGetValue(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), out var person)
            ? Results.Json(new Dictionary<string, object>(Email(person)) { ["sub"] = person.Subject }) : Results.Unauthorized();

    private static IEnumerable<KeyValuePair<string, object>> Email(Person person) =>
        new[] { KeyValuePair.Create("email", (object?)person.Email), KeyValuePair.Create("email_verified", person.EmailVerified ?? (person.Email is null ? null : true)) }
            .Where(claim => claim.Value is not null).Select(claim => KeyValuePair.Create(claim.Key, claim.Value!));

    private static object PublicKey(RsaSecurityKey key)
    {
        var numbers = key.Rsa.ExportParameters(includePrivateParameters: false);
        return new { kty = "RSA", use = "sig", alg = "RS256", kid = key.KeyId, n = Base64Url.EncodeToString(numbers.Modulus), e = Base64Url.EncodeToString(numbers.Exponent) };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
