using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace DurableMl.Tests.Support.Otlp;

/// <summary>An OpenTelemetry collector on loopback that takes OTLP over HTTP (<c>http/protobuf</c>) and keeps everything.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<OtlpSpan> spans = new();
    private readonly ConcurrentQueue<OtlpPoint> points = new();
    private readonly ConcurrentQueue<OtlpLog> logs = new();
    private readonly Task listening;

    /// <summary>Begins to listen on a free port.</summary>
    public OtlpReceiver()
    {
        Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/");
        listener.Prefixes.Add(Endpoint);
        listener.Start();
        listening = ListenAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Endpoint { get; }

    /// <summary>The environment that makes a process send to it, without the usual wait of seconds.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    /// <summary>The spans so far.</summary>
    public IReadOnlyList<OtlpSpan> Spans => [.. spans];

    /// <summary>The measurements so far. Counters and histograms are cumulative, so each export has a point for all that was before.</summary>
    public IReadOnlyList<OtlpPoint> Points => [.. points];

    /// <summary>The log records so far.</summary>
    public IReadOnlyList<OtlpLog> Logs => [.. logs];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await listening;
        listener.Close();
    }

    private async Task ListenAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                await AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException || !listener.IsListening)
            {
                // It was stopped meanwhile, or the sender has gone.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        Take(context.Request.Url!.AbsolutePath, body.ToArray());
        // An empty message of any type is empty.
        context.Response.ContentType = "application/x-protobuf";
        context.Response.Close();
    }

    private void Take(string path, byte[] message)
    {
        switch (path)
        {
            case "/v1/traces":
                OtlpMessages.Spans(message).ForEach(spans.Enqueue);
                break;
            case "/v1/metrics":
                OtlpMessages.Points(message).ForEach(points.Enqueue);
                break;
            case "/v1/logs":
                OtlpMessages.Logs(message).ForEach(logs.Enqueue);
                break;
            default:
                throw new InvalidOperationException($"OTLP has no path {path}.");
        }
    }
}
