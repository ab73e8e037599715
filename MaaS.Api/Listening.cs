// Where the API listens beside the address of ASPNETCORE_URLS, on the same host: MAAS_GRPC_PORT speaks HTTP/2 only, because one cleartext
// port cannot serve both; MAAS_METRICS_PORT is for whoever collects metrics, so that a proxy in front of the API does not show them to the world.
// And how: a request is read, answered and sent on one thread, because handing it on twice costs more (12 of 43 us, measured) than a tiny
// model. So nothing here may block a thread for long; what takes long is asynchronous or has threads of its own (Batcher).
using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MaaS.Api;

internal static class Listening
{
    /// <exception cref="InvalidOperationException">A port is no number; the message names the variable.</exception>
    public static void AddListening(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var (grpc, metrics) = (Port(builder.Configuration, "MAAS_GRPC_PORT"), Metrics(builder.Configuration));
        if (grpc is null && metrics is null)
            return;
        var urls = (builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000").Split(';', StringSplitOptions.RemoveEmptyEntries);
        var first = BindingAddress.Parse(urls[0]);
        builder.WebHost.UseUrls([.. urls, .. new[] { grpc, metrics }.OfType<int>().Select(port => $"http://{first.Host}:{port}")]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint?.Port == grpc)
                listen.Protocols = HttpProtocols.Http2;
        }));
    }

    /// <summary>Null when there is none, and no metrics are shown.</summary>
    public static int? Metrics(IConfiguration configuration) => Port(configuration, "MAAS_METRICS_PORT");

    private static int? Port(IConfiguration configuration, string name) => configuration[name] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 => port,
        var text => throw new InvalidOperationException($"{name} is \"{text}\"; it must be a port, 1 to 65535."),
    };
}
