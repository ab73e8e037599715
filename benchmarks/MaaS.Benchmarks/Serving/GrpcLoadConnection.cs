// One connection of HTTP/2 (RFC 9113) with several gRPC calls at once, as gRPC's clients have; its frames are prepared as bytes, because a
// real client would cost more than the server does. Header fields are literals that no table remembers (RFC 7541, 6.2.2).
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace MaaS.Benchmarks.Serving;

internal sealed class GrpcLoadConnection : ILoadConnection
{
    private const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;
    private const byte EndStream = 1, Acknowledged = 1, EndHeaders = 4;
    private const int FrameHead = 9;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1 << 20];
    private readonly byte[] _call;
    private readonly byte[] _sending;
    private readonly Dictionary<int, (double Sent, int Bytes)> _calls = [];
    private readonly int _streams;
    private readonly int _dataAt;
    private int _from, _to, _stream = -1, _unacknowledged;

    public GrpcLoadConnection(int port, byte[] message, string key, int streams)
    {
        _streams = streams;
        _socket.Connect("127.0.0.1", port);
        byte[] head = [
            .. Field(":method", "POST"), .. Field(":scheme", "http"), .. Field(":path", "/inference.GRPCInferenceService/ModelInfer"), .. Field(":authority", $"127.0.0.1:{port}"),
            .. Field("te", "trailers"), .. Field("content-type", "application/grpc"), .. Field("authorization", $"Bearer {key}")];
        var length = new byte[5]; // not compressed, and how long
        BinaryPrimitives.WriteInt32BigEndian(length.AsSpan(1), message.Length);
        var first = Frame(Headers, EndHeaders, head);
        _dataAt = first.Length;
        _call = [.. first, .. Frame(Data, EndStream, [.. length, .. message])];
        _sending = new byte[streams * _call.Length];
        _socket.Send([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, []), .. Frame(WindowUpdate, 0, [0x3F, 0, 0, 0])]);
    }

    public Socket Socket => _socket;

    public int Receive(List<double> answered)
    {
        var failed = 0;
        // Whatever has come already is taken together.
        do
        {
            var (type, flags, stream, payload) = Next();
            if (type == Settings && (flags & Acknowledged) == 0)
                _socket.Send(Frame(Settings, Acknowledged, []));
            else if (type == Ping && (flags & Acknowledged) == 0)
                _socket.Send(Frame(Ping, Acknowledged, payload.ToArray()));
            else if (type == GoAway)
                throw new IOException("The server closed the connection.");
            if (!_calls.TryGetValue(stream, out var call))
                continue;
            if (type == Data)
                Acknowledge(payload.Length);
            call.Bytes += type == Data ? payload.Length : 0;
            if (type == Reset || (flags & EndStream) != 0)
            {
                _calls.Remove(stream);
                // A call that failed sends its trailers alone.
                if (call.Bytes > 5)
                    answered.Add(call.Sent);
                else
                    failed++;
            }
            else
                _calls[stream] = call;
        }
        while (answered.Count + failed == 0 || _to - _from >= FrameHead);
        return failed;
    }

    /// <summary>As many calls as may be under way, in one piece.</summary>
    public void Send(Stopwatch clock)
    {
        var (now, at) = (clock.Elapsed.TotalSeconds, 0);
        for (; _calls.Count < _streams; at += _call.Length)
        {
            _stream += 2;
            _calls.Add(_stream, (now, 0));
            var call = _sending.AsSpan(at, _call.Length);
            _call.CopyTo(call);
            BinaryPrimitives.WriteInt32BigEndian(call[5..], _stream);
            BinaryPrimitives.WriteInt32BigEndian(call[(_dataAt + 5)..], _stream);
        }
        _socket.Send(_sending.AsSpan(0, at));
    }

    /// <summary>Gives the connection's window back, now and then.</summary>
    private void Acknowledge(int bytes)
    {
        if ((_unacknowledged += bytes) < 1 << 20)
            return;
        var window = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(window, _unacknowledged);
        _socket.Send(Frame(WindowUpdate, 0, window));
        _unacknowledged = 0;
    }

    private (byte Type, byte Flags, int Stream, ReadOnlyMemory<byte> Payload) Next()
    {
        Fill(FrameHead);
        var length = _buffer[_from] << 16 | _buffer[_from + 1] << 8 | _buffer[_from + 2];
        Fill(FrameHead + length);
        var frame = _buffer.AsMemory(_from, FrameHead + length);
        _from += frame.Length;
        return (frame.Span[3], frame.Span[4], BinaryPrimitives.ReadInt32BigEndian(frame.Span[5..]) & int.MaxValue, frame[FrameHead..]);
    }

    private void Fill(int bytes)
    {
        if (_from == _to)
            _from = _to = 0;
        while (_to - _from < bytes)
        {
            if (_from > 0 && _buffer.Length - _from < bytes)
            {
                _buffer.AsSpan(_from.._to).CopyTo(_buffer);
                (_from, _to) = (0, _to - _from);
            }
            _to += _socket.Receive(_buffer.AsSpan(_to)) is var read and > 0 ? read : throw new IOException("The server closed the connection.");
        }
    }

    private static byte[] Frame(byte type, byte flags, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, 0, .. payload];

    private static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    public void Dispose() => _socket.Dispose();
}
