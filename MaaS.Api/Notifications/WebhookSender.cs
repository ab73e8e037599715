// Sends one signed body to one https address, and follows nobody anywhere: no redirects, no proxy, and a connection only to addresses
// that were looked at after the name was resolved, so a name that resolves otherwise a moment later leads nowhere else.
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MaaS.Api.Notifications;

/// <param name="Status">Null when there was no answer.</param>
/// <param name="Problem">Why it was not taken, as a sentence; null when it was.</param>
internal readonly record struct Sent(int? Status, string? Problem);

internal sealed class WebhookSender : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly OpenNetworks _networks;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    public WebhookSender(OpenNetworks networks, TimeProvider clock)
    {
        (_networks, _clock) = (networks, clock);
        // Not of the factory: its clients resolve services by name and try again by themselves.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = Connect,
            // A certificate may name where its issuer and its list of revoked ones are to be had, which would be a way around Connect.
            SslOptions = new() { CertificateChainPolicy = new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck } },
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        })
        {
            Timeout = s_patience,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("MaaS-Webhook/1");
    }

    /// <summary>Whether deliveries may be tried there at all; which machine a name stands for is looked at with every delivery.</summary>
    public bool TryAddress(string url, out string? problem)
    {
        problem = !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps ? $"url is \"{url}\"; it must be an address that begins with https://."
            : uri.UserInfo.Length > 0 ? "url holds a user name or password, which would be shown to everybody who sees the webhook; leave it out."
            : IPAddress.TryParse(uri.IdnHost, out var address) && !_networks.Contains(address) ? $"url leads to {address}, {Closed}."
            : null;
        return problem is null;
    }

    public async Task<Sent> Send(string url, byte[] secret, string kind, Guid id, byte[] body, CancellationToken token)
    {
        if (!TryAddress(url, out var problem))
            return new(null, problem);
        var seconds = _clock.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("MaaS-Event", kind);
        request.Headers.Add("MaaS-Delivery", $"{id}");
        request.Headers.Add("MaaS-Signature", $"t={seconds},v1={Signature(secret, seconds, body)}");
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            return new((int)answer.StatusCode, answer.IsSuccessStatusCode ? null
                : (int)answer.StatusCode is >= 300 and < 400 ? $"It answered {(int)answer.StatusCode}, which leads elsewhere; redirects are not followed."
                : $"It answered {(int)answer.StatusCode}; 200 to 299 says that it took the event.");
        }
        catch (Exception error) when (Explains(error, token, out var sentence))
        {
            return new(null, sentence);
        }
    }

    public static string Signature(byte[] secret, long seconds, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{seconds}."), .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed));
    }

    private const string Closed = "which is not of the public internet; an operator can allow its network (Webhooks:AllowedNetworks)";

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken token)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, token);
        if (addresses.FirstOrDefault(address => !_networks.Contains(address)) is { } closed)
            throw new RefusedAddressException($"{host} leads to {closed}, {Closed}.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // What a stranger's server did is told in our words: its own could be anything.
    private static bool Explains(Exception error, CancellationToken token, [NotNullWhen(true)] out string? sentence)
    {
        sentence = error switch
        {
            _ when token.IsCancellationRequested => null,
            HttpRequestException { InnerException: RefusedAddressException refused } => refused.Message,
            RefusedAddressException refused => refused.Message,
            OperationCanceledException => $"It did not answer within {s_patience.TotalSeconds} seconds.",
            HttpRequestException { InnerException: AuthenticationException } => "Its TLS certificate is not trusted here, or it speaks no TLS.",
            HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "Its name leads nowhere.",
            HttpRequestException => "It could not be reached, or broke off.",
            _ => null,
        };
        return sentence is not null;
    }

    public void Dispose() => _http.Dispose();

    private sealed class RefusedAddressException(string message) : IOException(message);
}
