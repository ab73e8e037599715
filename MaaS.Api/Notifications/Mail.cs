// E-mail by SMTP. Settings: Smtp:Host, Smtp:From, and Portal:Address, without which a mail could not say where to click; Smtp:Port (587),
// Smtp:User, Smtp:Password, Smtp:Security (start_tls; tls from the first byte; none for a server on the same machine).
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace MaaS.Api.Notifications;

internal sealed class Mail
{
    private const int SubmissionPort = 587;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly string? _host, _user, _password;
    private readonly int _port;
    private readonly SecureSocketOptions _security;
    private readonly MailboxAddress? _from;
    private readonly Uri? _portal;

    /// <exception cref="InvalidOperationException">A setting cannot work; the message names it.</exception>
    public Mail(IConfiguration configuration)
    {
        (_host, _user, _password) = (configuration["Smtp:Host"], configuration["Smtp:User"], configuration["Smtp:Password"]);
        _port = configuration.GetValue("Smtp:Port", SubmissionPort);
        _security = configuration["Smtp:Security"] switch
        {
            null or "" or "start_tls" => SecureSocketOptions.StartTls,
            "tls" => SecureSocketOptions.SslOnConnect,
            "none" => SecureSocketOptions.None,
            var other => throw new InvalidOperationException($"Smtp:Security is \"{other}\"; it must be start_tls, tls or none."),
        };
        if (configuration["Smtp:From"] is { Length: > 0 } from)
            _from = MailboxAddress.TryParse(from, out var box) ? box : throw new InvalidOperationException($"Smtp:From is \"{from}\"; it must be an e-mail address.");
        if (configuration["Portal:Address"] is { Length: > 0 } portal)
            _portal = Uri.TryCreate(portal, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
                : throw new InvalidOperationException($"Portal:Address is \"{portal}\"; it must be the portal's address, as https://maas.example.com.");
        if (!string.IsNullOrEmpty(_host) && (_from is null || _portal is null))
            throw new InvalidOperationException("Smtp:Host is set, so Smtp:From and Portal:Address must be too.");
    }

    public bool IsConfigured => !string.IsNullOrEmpty(_host);

    /// <param name="path">Of a page, beginning with a slash.</param>
    /// <returns>The path as it is when nothing says where the portal is.</returns>
    public string Address(string path) => _portal is null ? path : new Uri(_portal, path).AbsoluteUri;

    /// <exception cref="Exception">The server cannot be reached, or refuses; MailKit has many kinds of it.</exception>
    public async Task Send(string to, string subject, string text, CancellationToken token)
    {
        using var message = new MimeMessage([_from!], [MailboxAddress.Parse(to)], subject, new TextPart("plain") { Text = text });
        // A list of revoked certificates would be fetched from wherever the certificate says, and many networks let nothing out but mail.
        using var smtp = new SmtpClient { CheckCertificateRevocation = false };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(s_patience);
        try
        {
            await smtp.ConnectAsync(_host!, _port, _security, patience.Token);
            if (!string.IsNullOrEmpty(_user))
                await smtp.AuthenticateAsync(_user, _password ?? "", patience.Token);
            await smtp.SendAsync(message, patience.Token);
            await smtp.DisconnectAsync(quit: true, patience.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new TimeoutException($"The mail server did not take the mail within {s_patience.TotalSeconds} seconds.");
        }
    }
}
