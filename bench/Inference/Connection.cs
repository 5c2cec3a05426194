using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DurableMl.Bench.Inference;

/// <summary>One HTTP/1.1 connection that has at most one request under way.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] request;
    private byte[] buffer = new byte[16 << 10];
    private int filled;

    public Connection(IPEndPoint server, byte[] request)
    {
        this.request = request;
        socket.Connect(server);
    }

    /// <summary>When the request under way was due, as a <see cref="System.Diagnostics.Stopwatch"/> timestamp.</summary>
    public long Due { get; private set; }

    /// <summary>Whether a request is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Set by <see cref="Readiness"/>.</summary>
    public bool IsReadable { get; set; }

    public int Handle => (int)socket.Handle;

    public void Send(long due)
    {
        Due = due;
        IsBusy = true;
        for (int sent = 0; sent < request.Length;)
        {
            sent += socket.Send(request.AsSpan(sent));
        }
    }

    /// <summary>Reads what has come; null while the answer is not complete, otherwise whether its status was 200.</summary>
    public bool? Receive()
    {
        if (filled == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        int read = socket.Receive(buffer.AsSpan(filled));
        if (read == 0)
        {
            throw new IOException("The server closed a connection.");
        }

        filled += read;
        if (!IsComplete(buffer.AsSpan(0, filled)))
        {
            return null;
        }

        bool succeeded = buffer.AsSpan(0, filled).StartsWith("HTTP/1.1 200"u8);
        filled = 0;
        IsBusy = false;
        return succeeded;
    }

    public void Dispose() => socket.Dispose();

    private static bool IsComplete(ReadOnlySpan<byte> response)
    {
        int end = response.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> head = response[..(end + 2)];
        int length = head.IndexOf("\r\nContent-Length: "u8);
        if (length < 0)
        {
            // Chunked; only what ASP.NET Core writes when it does not know the length.
            return response.EndsWith("\r\n0\r\n\r\n"u8);
        }

        ReadOnlySpan<byte> digits = head[(length + 18)..];
        return response.Length - end - 4 >= int.Parse(digits[..digits.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
