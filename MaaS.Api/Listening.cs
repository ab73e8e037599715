// Where the API listens beside the address of ASPNETCORE_URLS, on the same host: MAAS_GRPC_PORT speaks HTTP/2 only, because one cleartext
// port cannot serve both; MAAS_METRICS_PORT is for whoever collects metrics: they ask for no key and name every team's deployments, so
// they are shown to this machine alone, unless MAAS_METRICS_HOST names another address to listen on.
// And how: a request is read, answered and sent on the thread that hears of its bytes, because handing it on costs more than a tiny model
// does. So no prediction may block its thread for long: what takes long is asynchronous or has threads of its own (Batcher), and whatever
// is no prediction leaves that thread at once (PoolThreads, PoolBody, PoolReading). What waits for a socket by blocking may wait for its own
// thread for ever: nothing here does but Vault, on the pool.
using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MaaS.Api;

internal static class Listening
{
    /// <exception cref="InvalidOperationException">A port is no number; the message names the variable.</exception>
    public static void AddListening(this WebApplicationBuilder builder)
    {
        // .NET reads it when it makes its first socket, and has no other way to ask for it.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false; // a read less for every request, 4 KB more for every idle connection
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024; // a stream's topics are in its address, and a run's series have long names
        });
        var (grpc, metrics) = (Port(builder.Configuration, "MAAS_GRPC_PORT"), Metrics(builder.Configuration));
        if (grpc is null && metrics is null)
            return;
        var urls = (builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000").Split(';', StringSplitOptions.RemoveEmptyEntries);
        var first = BindingAddress.Parse(urls[0]);
        builder.WebHost.UseUrls([
            .. urls,
            .. grpc is null ? [] : new[] { $"http://{first.Host}:{grpc}" },
            .. metrics is null ? [] : new[] { $"http://{builder.Configuration["MAAS_METRICS_HOST"] ?? "127.0.0.1"}:{metrics}" },
        ]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (grpc is { } port && listen.IPEndPoint?.Port == port)
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
