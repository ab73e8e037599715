// Ports for servers that tests start.
using System.Net;
using System.Net.Sockets;

namespace MaaS.Platform.Tests;

internal static class FreePort
{
    /// <summary>One below those that systems hand out to whoever connects somewhere (from 32768 on): such a one may be gone by the time it is listened on.</summary>
    public static int Any()
    {
        while (true)
            if (Random.Shared.Next(20_000, 32_000) is var port && IsFree(port))
                return port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
