using System.Net;
using System.Net.Sockets;

namespace DurableMl.Tests.Support;

/// <summary>Loopback ports for servers that cannot be told to choose one themselves.</summary>
public static class FreePort
{
    /// <summary>A TCP port on 127.0.0.1 that nobody listened on a moment ago.</summary>
    public static int Next() => Next(1)[0];

    /// <summary><paramref name="count"/> different free TCP ports on 127.0.0.1.</summary>
    public static int[] Next(int count)
    {
        // Held open together, so that no port is handed out twice.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
            {
                listener.Start();
            }

            return [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }
        }
    }
}
