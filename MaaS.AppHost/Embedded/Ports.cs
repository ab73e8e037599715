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
            Thread.Sleep(100);
        }
        return true;
    }

    /// <summary>True when nothing listens on the port, on either loopback address.</summary>
    public static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    public static int AnyFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
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
