// Who a request really comes from, behind a proxy, and whether anybody can listen in between. MAAS_TRUSTED_PROXIES names the proxies, as
// addresses and networks ("10.0.0.0/8, 192.168.1.5"); this machine is always trusted: the portal calls the API on its visitors' behalf.
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MaaS.ServiceDefaults;

public static class Proxies
{
    private const string Trusted = "MAAS_TRUSTED_PROXIES";

    /// <exception cref="InvalidOperationException">The setting holds something else than addresses and networks.</exception>
    public static void AddTrustedProxies(this IHostApplicationBuilder builder)
    {
        var networks = (builder.Configuration[Trusted] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Network).ToList();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            foreach (var network in networks)
                options.KnownIPNetworks.Add(network);
        });
    }

    /// <summary>Takes the caller's address, and whether it came by TLS, from a trusted proxy; and warns at start when nothing brings TLS.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.Lifetime.ApplicationStarted.Register(() => Warn(app));
    }

    private static void Warn(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        foreach (var address in addresses.Where(IsOpen))
            app.Logger.LogWarning(
                "{Address} can be reached from other machines without TLS: passwords and keys would cross the network readable. Put a proxy that brings TLS before it and name it in {Trusted}, or give ASPNETCORE_URLS an https address and Kestrel a certificate", address, Trusted);
    }

    private static bool IsOpen(string address) =>
        address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && BindingAddress.Parse(address).Host.Trim('[', ']') is var host
        && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !(IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));

    private static System.Net.IPNetwork Network(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"{Trusted} holds \"{text}\"; it must be addresses and networks, as 10.0.0.0/8, 192.168.1.5.");
}
