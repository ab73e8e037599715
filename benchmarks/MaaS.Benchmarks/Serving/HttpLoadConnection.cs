// One keep-alive connection of HTTP/1.1 that sends the same bytes again and again.
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace MaaS.Benchmarks.Serving;

internal sealed class HttpLoadConnection : ILoadConnection
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[1 << 20];
    private double _sent;

    public HttpLoadConnection(int port, byte[] request)
    {
        _request = request;
        _socket.Connect("127.0.0.1", port);
    }

    public Socket Socket => _socket;

    /// <summary>A single request, answered.</summary>
    /// <exception cref="IOException">The answer is not 200.</exception>
    public void Ask()
    {
        Send(Stopwatch.StartNew());
        if (Receive([]) > 0)
            throw new IOException("The server refused the request.");
    }

    public void Send(Stopwatch clock)
    {
        _sent = clock.Elapsed.TotalSeconds;
        _socket.Send(_request);
    }

    public int Receive(List<double> answered)
    {
        if (Response().Status != 200)
            return 1;
        answered.Add(_sent);
        return 0;
    }

    private (int Status, int Length) Response()
    {
        var got = 0;
        int head;
        while ((head = _buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8)) < 0)
            got += Some(got);
        head += 4;
        var length = ContentLength(_buffer.AsSpan(0, head));
        while (got < head + length)
            got += Some(got);
        return (100 * (_buffer[9] - '0') + 10 * (_buffer[10] - '0') + _buffer[11] - '0', length);
    }

    private int Some(int got) => _socket.Receive(_buffer.AsSpan(got)) is var read and > 0 ? read : throw new IOException("The server closed the connection.");

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
            at = head.IndexOf("content-length: "u8);
        var rest = head[(at + "Content-Length: ".Length)..];
        return at < 0 ? 0 : int.Parse(Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'\r')]), System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose() => _socket.Dispose();
}
