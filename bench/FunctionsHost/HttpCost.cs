using System.Diagnostics;

namespace FunctionsHost.Benchmarks;

/// <summary>What one request costs the processes that answer it.</summary>
/// <param name="Latency">The median with one connection.</param>
/// <param name="PerSecond">Requests a second with 64 connections.</param>
/// <param name="ProcessorTime">Of each process, for one request.</param>
internal sealed record HttpCost(TimeSpan Latency, double PerSecond, IReadOnlyList<TimeSpan> ProcessorTime)
{
    private const int Connections = 64;

    /// <summary>Sends requests and looks at the processes' clocks.</summary>
    public static async Task<HttpCost> MeasureAsync(Uri url, TimeSpan duration, params int[] processes)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Connections });
        // Under load methods are compiled anew for a long time; that is the start, not the cost.
        await SendAsync(client, url, Connections, 3 * duration);
        var latencies = await SendAsync(client, url, 1, duration / 2);
        var before = processes.Select(Machine.ProcessorTime).ToArray();
        var started = Stopwatch.GetTimestamp();
        var requests = (await SendAsync(client, url, Connections, duration)).Count;
        var elapsed = Stopwatch.GetElapsedTime(started);
        var after = processes.Select(Machine.ProcessorTime).ToArray();
        latencies.Sort();
        return new HttpCost(latencies[latencies.Count / 2], requests / elapsed.TotalSeconds, before.Zip(after, (first, last) => (last - first) / requests).ToArray());
    }

    private static async Task<List<TimeSpan>> SendAsync(HttpClient client, Uri url, int connections, TimeSpan duration)
    {
        var all = new List<TimeSpan>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            var own = new List<TimeSpan>();
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                using var response = await client.GetAsync(url);
                response.EnsureSuccessStatusCode();
                own.Add(Stopwatch.GetElapsedTime(sent));
            }

            lock (all)
            {
                all.AddRange(own);
            }
        }));
        return all;
    }
}
