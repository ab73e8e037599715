// An SMTP server that keeps what it is sent: as much of RFC 5321 as a client needs to hand over a mail.
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace MaaS.Platform.Tests;

/// <param name="Text">Headers and body, decoded.</param>
internal sealed record ReceivedMail(string To, string Text);

internal sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<ReceivedMail> _mails = Channel.CreateUnbounded<ReceivedMail>();
    private readonly CancellationTokenSource _gone = new();
    private readonly Task _serving;

    public MailServer()
    {
        _listener.Start();
        _serving = Serve();
    }

    /// <summary>What makes the API send its mail here.</summary>
    public (string, string)[] Settings =>
    [
        ("Smtp__Host", "127.0.0.1"), ("Smtp__Port", $"{((IPEndPoint)_listener.LocalEndpoint).Port}"), ("Smtp__Security", "none"),
        ("Smtp__From", "maas@example.com"), ("Portal__Address", "https://maas.example.com"),
    ];

    public int Waiting => _mails.Reader.Count;

    public ValueTask<ReceivedMail> Next(CancellationToken token) => _mails.Reader.ReadAsync(token);

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_gone.Token);
                await Talk(client.GetStream());
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task Talk(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        var to = "";
        await writer.WriteLineAsync("220 ready".AsMemory(), _gone.Token);
        while (await reader.ReadLineAsync(_gone.Token) is { } line)
        {
            if (line.StartsWith("RCPT TO:", StringComparison.OrdinalIgnoreCase))
                to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
            if (line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase))
            {
                await writer.WriteLineAsync("221 bye".AsMemory(), _gone.Token);
                return;
            }
            if (line.Equals("DATA", StringComparison.OrdinalIgnoreCase))
            {
                await writer.WriteLineAsync("354 go on".AsMemory(), _gone.Token);
                var text = new StringBuilder();
                while (await reader.ReadLineAsync(_gone.Token) is { } part && part != ".")
                    text.AppendLine(part);
                _mails.Writer.TryWrite(new(to, Decoded(text.ToString())));
            }
            await writer.WriteLineAsync("250 fine".AsMemory(), _gone.Token);
        }
    }

    // Quoted-printable breaks long lines softly and writes "=" as "=3D".
    private static string Decoded(string text) => text.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase)
        ? text.Replace("=\r\n", "", StringComparison.Ordinal).Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal)
        : text;

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _serving;
        _listener.Dispose();
        _gone.Dispose();
    }
}
