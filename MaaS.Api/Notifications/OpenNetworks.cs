// Where a webhook may be sent: addresses of the public internet, and what Webhooks:AllowedNetworks adds ("10.1.0.0/16, 192.168.7.0/24").
// Everything else (this machine, private networks, cloud metadata, multicast) is reached from the server and not from who made the webhook.
using System.Net;
using System.Net.Sockets;

namespace MaaS.Api.Notifications;

internal sealed class OpenNetworks
{
    // IANA's registries of special-purpose addresses, RFC 6890 and its updates. Of IPv6 only 2000::/3 is given out to the public at all.
    private static readonly IPNetwork[] s_closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Teredo and 6to4 carry IPv4 addresses of any kind; documentation.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    private static readonly IPNetwork s_publicIPv6 = IPNetwork.Parse("2000::/3");

    private readonly IReadOnlyList<IPNetwork> _allowed;

    /// <exception cref="InvalidOperationException">The setting holds something else than networks.</exception>
    public OpenNetworks(IConfiguration configuration) =>
        _allowed = [.. (configuration["Webhooks:AllowedNetworks"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => IPNetwork.TryParse(text, out var network) ? network
                : throw new InvalidOperationException($"Webhooks:AllowedNetworks holds \"{text}\"; it must be networks, as 10.1.0.0/16."))];

    public bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _allowed.Any(network => network.Contains(plain))
            || ((plain.AddressFamily == AddressFamily.InterNetwork || s_publicIPv6.Contains(plain)) && !s_closed.Any(network => network.Contains(plain)));
    }
}
