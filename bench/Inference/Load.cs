using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace DurableMl.Bench.Inference;

/// <summary>
/// Sends one request again and again over some connections, from one thread that waits for all of them in one system call: on a machine
/// whose cores the server needs too, a client that costs as much as the server would measure itself.
/// </summary>
internal sealed class Load
{
    private readonly IPEndPoint server;
    private readonly byte[] request;

    /// <summary>Requests to <paramref name="address"/> with <paramref name="body"/>, whose first <paramref name="headerLength"/> bytes are JSON if it has binary tensors.</summary>
    public Load(Uri address, byte[] body, int? headerLength)
    {
        server = new(IPAddress.Loopback, address.Port);
        string extra = headerLength is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"Inference-Header-Content-Length: {bytes}\r\n") : "";
        string type = headerLength is null ? "application/json" : "application/octet-stream";
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: {type}\r\n{extra}Content-Length: {body.Length}\r\n\r\n");
        request = [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    /// <summary>One request.</summary>
    public Measurement Once() => Run(1, TimeSpan.Zero, null);

    /// <summary>As fast as the connections allow: each sends its next request when it has the answer to the last one.</summary>
    public Measurement Closed(int connections, TimeSpan length) => Run(connections, length, null);

    /// <summary>At a fixed rate, evenly spaced; latency counts from when a request was due, so that a stalled server does not look fast.</summary>
    public Measurement Open(int connections, TimeSpan length, double rate) => Run(connections, length, rate);

    private Measurement Run(int count, TimeSpan length, double? rate)
    {
        // Where the rate is fixed, a late sender would count as a slow server. One that takes all it gets had better gather answers than
        // push the server aside for each of them.
        using Priority? priority = rate is null ? null : new Priority();
        Connection[] all = [.. Enumerable.Range(0, count).Select(_ => new Connection(server, request))];
        try
        {
            var idle = new Queue<Connection>(all);
            var latencies = new List<double>(1 << 20);
            int failed = 0;
            double perTick = (rate ?? double.PositiveInfinity) / Stopwatch.Frequency;
            long start = Stopwatch.GetTimestamp();
            long end = start + (long)(length.TotalSeconds * Stopwatch.Frequency);
            long sent = 0;
            int waiting = 0;
            while (true)
            {
                long now = Stopwatch.GetTimestamp();
                long due = rate is null ? now : start + (long)(sent / perTick);
                while ((now < end || sent == 0) && due <= now && idle.TryDequeue(out Connection? free))
                {
                    free.Send(rate is null ? Stopwatch.GetTimestamp() : due);
                    sent++;
                    waiting++;
                    due = rate is null ? now : start + (long)(sent / perTick);
                }

                if (now >= end && waiting == 0)
                {
                    break;
                }

                long wake = now < end && idle.Count > 0 ? Math.Min(due, end) : now + Stopwatch.Frequency;
                Readiness.Wait(all, TimeSpan.FromSeconds((double)Math.Max(0, wake - now) / Stopwatch.Frequency));
                foreach (Connection connection in all)
                {
                    if (connection.IsReadable && connection.Receive() is { } succeeded)
                    {
                        latencies.Add(Stopwatch.GetElapsedTime(connection.Due).TotalMilliseconds);
                        failed += succeeded ? 0 : 1;
                        waiting--;
                        idle.Enqueue(connection);
                    }
                }
            }

            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            latencies.Sort();
            return new(latencies.Count / seconds, At(latencies, 0.5), At(latencies, 0.99), latencies.Count, failed);
        }
        finally
        {
            foreach (Connection connection in all)
            {
                connection.Dispose();
            }
        }
    }

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
