// What the operator says of the identity provider. Oidc:Authority and Oidc:ClientId turn it on; Oidc:ClientSecret; Oidc:Name (what the button
// says); Oidc:Domains ("example.com, example.org": whose e-mail addresses may sign in by it; none is everybody's); Oidc:JoinTeam and Oidc:JoinRole
// (viewer): where a person goes who has no account yet, without which only who was invited gets in. Portal:Address is where people come back to.
using MaaS.Contracts.Teams;

namespace MaaS.Api.Teams.Oidc;

/// <param name="CallbackAddress">To be registered at the provider.</param>
/// <param name="Domains">Null for any.</param>
internal sealed record OidcSettings(
    Uri Authority, string ClientId, string? ClientSecret, string Name, string CallbackAddress, IReadOnlyList<string>? Domains, string? JoinTeam, Role JoinRole)
{
    private const string CallbackPath = "/sign-in/callback";
    private const string Any = "*";

    /// <summary>Whether traffic with it may go without TLS: only on this machine.</summary>
    public bool MayBePlain => Authority.IsLoopback;

    /// <returns>Null when there is no provider.</returns>
    /// <exception cref="InvalidOperationException">A setting cannot work; the message names it.</exception>
    public static OidcSettings? Read(IConfiguration configuration)
    {
        if (configuration["Oidc:Authority"] is not { Length: > 0 } text)
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var authority) || (authority.Scheme != Uri.UriSchemeHttps && !(authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
            throw new InvalidOperationException($"Oidc:Authority is \"{text}\"; it must be the provider's https address, as https://login.example.com. Plain http is for this machine only.");
        if (configuration["Oidc:ClientId"] is not { Length: > 0 } client)
            throw new InvalidOperationException("Oidc:Authority is set, so Oidc:ClientId must be too: it is what the provider knows MaaS by.");
        if (!Uri.TryCreate(configuration["Portal:Address"], UriKind.Absolute, out var portal) || portal.Scheme is not ("http" or "https"))
            throw new InvalidOperationException("Oidc:Authority is set, so Portal:Address must be too, as https://maas.example.com: people come back to it from the provider.");
        var domains = (configuration["Oidc:Domains"] ?? "").ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var team = configuration["Oidc:JoinTeam"] is { Length: > 0 } named ? named : null;
        if (team is not null && domains.Length == 0)
            throw new InvalidOperationException($"Oidc:JoinTeam is set, so Oidc:Domains must say who may join, as example.com; {Any} lets in everybody whom the provider knows.");
        var role = configuration["Oidc:JoinRole"] is not { Length: > 0 } given ? Role.Viewer
            : Enum.TryParse<Role>(given, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) ? parsed
            : throw new InvalidOperationException($"Oidc:JoinRole is \"{given}\"; it must be viewer, member or admin.");
        return new(
            authority, client, configuration["Oidc:ClientSecret"] is { Length: > 0 } secret ? secret : null, configuration["Oidc:Name"] is { Length: > 0 } name ? name : authority.Host,
            new Uri(portal, CallbackPath).AbsoluteUri, domains.Length == 0 || domains.Contains(Any) ? null : domains, team, role);
    }

    /// <param name="email">Lower case.</param>
    public bool Admits(string email) => Domains is null || Domains.Contains(email[(email.LastIndexOf('@') + 1)..]);
}
