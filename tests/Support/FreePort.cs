using System.Net;
using System.Net.Sockets;

namespace DurableMl.Tests.Support;

/// <summary>Loopback ports for servers that cannot be told to choose one themselves.</summary>
/// <remarks>
/// A port stays this process's until it ends: a socket is bound to it that does not listen. The system gives such a port to nobody who asks for
/// any, and Linux lets a server that allows addresses to be reused, as .NET and Node do, bind to it all the same, again and again.
/// </remarks>
public static class FreePort
{
    private static readonly List<Socket> Held = [];

    /// <summary>A TCP port on 127.0.0.1 on which nobody else will listen.</summary>
    public static int Next() => Next(1)[0];

    /// <summary><paramref name="count"/> different such ports.</summary>
    public static int[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Hold())];

    private static int Hold()
    {
        // .NET itself sets SO_REUSEADDR on TCP sockets that it binds on Unix.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        lock (Held)
        {
            Held.Add(socket);
        }

        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
