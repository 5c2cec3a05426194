using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>
/// Writes a sample of requests with their answers, for versions whose serving options ask for it: a line of JSON each, in
/// <c>{model}/requests/{version}/{date}/{process}.jsonl</c>. Callers never wait for it; what does not fit is left out and counted in the log.
/// </summary>
internal sealed class RequestLog(ModelRegistry registry, TimeProvider time, ILogger<RequestLog> logger) : BackgroundService
{
    private const int MaxLine = 256 << 10;
    private const int MaxWaiting = 256;
    private const int MaxBlock = 4 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Channel<(string Blob, byte[] Line)> waiting = Channel.CreateBounded<(string, byte[])>(MaxWaiting);
    private readonly string process = Guid.NewGuid().ToString("N");
    private long leftOut;

    /// <summary>Takes a request down if it is drawn.</summary>
    public void Offer(ModelManifest version, InferRequest request, TensorList inputs, TensorList outputs)
    {
        if (version.Serving is not { LogPercent: > 0 and var percent } || Random.Shared.NextDouble() * 100 >= percent)
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        if (inputs.Bytes + outputs.Bytes > MaxLine
            || !waiting.Writer.TryWrite(($"{ModelBlobs.Requests(version.Model, version.Version)}{now:yyyy-MM-dd}/{process}.jsonl", Line(now, request.Id, inputs, outputs))))
        {
            Interlocked.Increment(ref leftOut);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await FlushAsync(stoppingToken);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        var lines = new List<(string Blob, byte[] Line)>();
        while (waiting.Reader.TryRead(out (string Blob, byte[] Line) line))
        {
            lines.Add(line);
        }

        foreach (IGrouping<string, byte[]> blob in lines.GroupBy(line => line.Blob, line => line.Line))
        {
            try
            {
                foreach (byte[][] block in blob.Chunk(MaxBlock / (2 * MaxLine)))
                {
                    await registry.Documents.AppendAsync(blob.Key, block.SelectMany(line => line).ToArray(), cancellationToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Interlocked.Add(ref leftOut, blob.Count());
                logger.LogWarning(e, "The request log {Blob} could not be written", blob.Key);
            }
        }

        if (Interlocked.Exchange(ref leftOut, 0) is > 0 and long count)
        {
            logger.LogWarning("{Count} requests were left out of the request log: larger than {Bytes} bytes, more than {Waiting} waiting, or storage out of reach", count, MaxLine, MaxWaiting);
        }
    }

    private static byte[] Line(DateTimeOffset now, string? id, TensorList inputs, TensorList outputs)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, now);
            json.WriteString("id"u8, id);
            WriteAll(json, "inputs", inputs);
            WriteAll(json, "outputs", outputs);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.ToArray();
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IEnumerable<Tensor> tensors)
    {
        json.WriteStartArray(name);
        foreach (Tensor tensor in tensors)
        {
            InferRequestJson.WriteHeader(json, tensor);
            // As binary: whatever the elements are, they come back as they were.
            json.WriteBase64String("base64"u8, tensor.Data);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
