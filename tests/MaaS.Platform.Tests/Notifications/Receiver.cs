// What a webhook calls: a real https server with a certificate that only the tests' API trusts.
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MaaS.Platform.Tests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using System.Collections.Concurrent;

namespace MaaS.Platform.Tests.Notifications;

internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body);

internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public IReadOnlyCollection<Received> Received => _received;

    /// <summary>What it answers from now on.</summary>
    public int Status { get; set; } = 204;

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <summary>Who has called is answered when this is over.</summary>
    public Task Patience { get; set; } = Task.CompletedTask;

    /// <param name="certificate">Another than the one that is trusted.</param>
    public static async Task<Receiver> Start(ApiServer api, string address, CancellationToken token, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0, listen => listen.UseHttps(certificate ?? api.Certificate)));
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.Receive);
        await receiver._app.StartAsync(token);
        return receiver;
    }

    private async Task Receive(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        _received.Enqueue(new(context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => $"{header.Value}"), body));
        await Patience.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = Status;
        if (Status is >= 300 and < 400)
            context.Response.Headers.Location = "/elsewhere";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
