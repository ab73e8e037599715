// Finds ports to listen on. It does not hold them: between looking and listening another program may take one,
// and then the service that wanted it says so and is started again.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MaaS.AppHost.Embedded;

internal static class Ports
{
    /// <summary>True as soon as nothing listens on the port; false when something still does after <paramref name="patience"/>.</summary>
    public static bool IsFree(int port, TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (!IsFree(port))
        {
            if (waited.Elapsed >= patience)
                return false;
            Thread.Sleep(100); // nothing tells when a port is freed
        }
        return true;
    }

    /// <summary>True when nothing listens on the port, on either loopback address.</summary>
    public static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    /// <summary>One below those that systems hand out to whoever connects somewhere (from 32768 on): such a one may be gone by the time it is listened on.</summary>
    public static int AnyFree()
    {
        while (true)
            if (Random.Shared.Next(20_000, 32_000) is var port && IsFree(port))
                return port;
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException e)
        {
            // A machine may know IPv6 and have no IPv6 address at all: then nobody can be listening there.
            return e.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
