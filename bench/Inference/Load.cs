using System.Diagnostics;
using System.Net.Http.Headers;

namespace DurableMl.Bench.Inference;

/// <summary>Sends one request again and again over some connections.</summary>
internal sealed class Load(Uri address, byte[] body, int? headerLength)
{
    /// <summary>As fast as the connections allow.</summary>
    public Task<Measurement> ClosedAsync(int connections, TimeSpan length) => RunAsync(connections, length, null);

    /// <summary>At a fixed rate; latency counts from when a request was due, so that a stalled server does not look fast.</summary>
    public Task<Measurement> OpenAsync(int connections, TimeSpan length, double rate) => RunAsync(connections, length, rate);

    private async Task<Measurement> RunAsync(int connections, TimeSpan length, double? rate)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false });
        var latencies = new List<double>[connections];
        long sent = -1;
        int failed = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async c =>
        {
            List<double> mine = latencies[c] = new(100_000);
            while (clock.Elapsed < length)
            {
                TimeSpan due = clock.Elapsed;
                if (rate is { } perSecond)
                {
                    due = TimeSpan.FromSeconds(Interlocked.Increment(ref sent) / perSecond);
                    TimeSpan wait = due - clock.Elapsed;
                    if (due > length)
                    {
                        break;
                    }

                    if (wait > TimeSpan.Zero)
                    {
                        await Task.Delay(wait);
                        // A timer fires up to some milliseconds late; that is this program's fault, not the server's.
                        due = clock.Elapsed > due ? clock.Elapsed : due;
                    }
                }

                using HttpRequestMessage request = Request();
                using HttpResponseMessage response = await client.SendAsync(request);
                await response.Content.CopyToAsync(Stream.Null);
                if (!response.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref failed);
                }

                mine.Add((clock.Elapsed - due).TotalMilliseconds);
            }
        }));
        double[] all = [.. latencies.SelectMany(l => l).Order()];
        return new(all.Length / clock.Elapsed.TotalSeconds, At(all, 0.5), At(all, 0.99), all.Length, failed);
    }

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(headerLength is null ? "application/json" : "application/octet-stream");
        if (headerLength is { } bytes)
        {
            request.Content.Headers.Add("Inference-Header-Content-Length", bytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return request;
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}

/// <param name="Rate">Requests a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Requests">How many.</param>
/// <param name="Failed">How many were not answered 200.</param>
internal sealed record Measurement(double Rate, double P50, double P99, int Requests, int Failed);
