// One caller of a load: its connection, made anew when it breaks.
using System.Diagnostics;
using System.Net.Sockets;

namespace MaaS.Benchmarks.Serving;

internal interface ILoadConnection : IDisposable
{
    Socket Socket { get; }

    /// <summary>Sends what may be sent.</summary>
    void Send(Stopwatch clock);

    /// <summary>Waits until something was answered.</summary>
    /// <param name="answered">Gets the moment, in seconds, at which each request that succeeded was sent.</param>
    /// <returns>How many did not succeed.</returns>
    int Receive(List<double> answered);
}

internal sealed class LoadCaller(Func<ILoadConnection> connect) : IDisposable
{
    private ILoadConnection? _connection;

    /// <summary>Null while there is no connection.</summary>
    public Socket? Socket => _connection?.Socket;

    /// <returns>How many requests failed: 1 when nothing could be sent.</returns>
    public int Send(Stopwatch clock)
    {
        try
        {
            (_connection ??= connect()).Send(clock);
            return 0;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return Broken();
        }
    }

    /// <param name="answered">See <see cref="ILoadConnection.Receive"/>.</param>
    /// <returns>How many requests failed.</returns>
    public int Receive(List<double> answered)
    {
        try
        {
            return _connection?.Receive(answered) ?? 0;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return Broken();
        }
    }

    private int Broken()
    {
        Dispose();
        _connection = null;
        Thread.Sleep(1); // a server that is away is not asked in a busy loop
        return 1;
    }

    public void Dispose() => _connection?.Dispose();
}
