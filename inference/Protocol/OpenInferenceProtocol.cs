using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using static DurableMl.Inference.Endpoints.InferenceEndpoints;

namespace DurableMl.Inference.Protocol;

/// <summary>The Open Inference Protocol v2 over HTTP (KServe, Triton), with the binary tensor extension.</summary>
internal sealed class OpenInferenceProtocol(InferenceServer server, InferenceOptions options)
{
    /// <summary>How large requests may be, over whatever protocol they come, and the memory that they have together.</summary>
    public ProtocolLimits Limits { get; } = new() { MaxRequestBytes = options.MaxRequestBytes, Memory = new(options.MaxRequestMemoryBytes) };

    public Task LiveAsync(HttpContext context, CancellationToken cancellationToken) => WriteAsync(context, 200, new { live = true });

    /// <summary><c>GET v2/health/ready</c>: 503 until the models to preload are in memory.</summary>
    public Task ReadyAsync(HttpContext context, CancellationToken cancellationToken) =>
        WriteAsync(context, server.IsReady ? 200 : 503, new { ready = server.IsReady });

    public Task ServerAsync(HttpContext context, CancellationToken cancellationToken) =>
        WriteAsync(context, 200, new { name = InferenceServer.Name, version = InferenceServer.Version, extensions = InferenceServer.Extensions });

    public async Task ModelAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, 200, await server.MetadataAsync(Part(context, "model"), Version(context), cancellationToken));

    /// <summary><c>GET v2/models/{model}[/versions/{version}]/ready</c>: loads the model if it is not in memory.</summary>
    public async Task ModelReadyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        (await server.AcquireAsync(model, Version(context), cancellationToken)).Dispose();
        await WriteAsync(context, 200, new { name = model, ready = true });
    }

    /// <summary><c>GET v2/models/{model}[/versions/{version}]/config</c> (Triton).</summary>
    public async Task ModelConfigAsync(HttpContext context, CancellationToken cancellationToken)
    {
        ModelConfiguration model = await server.ConfigurationAsync(Part(context, "model"), Version(context), cancellationToken);
        await WriteAsync(context, 200, new
        {
            name = model.Name, platform = ModelConfiguration.Platform, backend = ModelConfiguration.Backend, max_batch_size = model.MaxBatchSize, input = model.Inputs.Select(Describe), output = model.Outputs.Select(Describe),
        });

        static object Describe(TensorSpec spec) => new { name = spec.Name, data_type = ModelConfiguration.TypeOf(spec), dims = spec.Shape };
    }

    /// <summary><c>GET v2/models/{model}[/versions/{version}]/stats</c> (Triton).</summary>
    public async Task ModelStatisticsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelStatistics> models = await server.StatisticsAsync(Part(context, "model"), Version(context), cancellationToken);
        await WriteAsync(context, 200, new
        {
            model_stats = models.Select(model => new
            {
                name = model.Model,
                version = model.Version,
                last_inference = model.LastInference,
                inference_count = model.InferenceCount,
                execution_count = model.ComputeInfer.Count,
                inference_stats = new { success = Duration(model.Success), fail = Duration(model.Fail), queue = Duration(model.Queue), compute_infer = Duration(model.ComputeInfer) },
            }),
        });

        static object Duration(DurationCount duration) => new { count = duration.Count, ns = duration.Nanoseconds };
    }

    /// <summary><c>POST v2/repository/index</c> (Triton). Its body only asks for what can answer, as all can.</summary>
    public async Task RepositoryIndexAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, 200, (await server.IndexAsync(cancellationToken)).Select(each => new { name = each.Model, version = each.Version, state = "READY", reason = "" }));

    public async Task InferAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = ModelNames.Model(Part(context, "model"));
        using InferRequest request = await RequestBody.ReadAsync(context.Request, Limits, cancellationToken);
        if (context.Request.Query.TryGetValue(ModelTransform.RawParameter, out StringValues raw))
        {
            (request.Parameters ??= [])[ModelTransform.RawParameter] = raw.ToString();
        }

        using InferResponse response = await server.InferAsync(model, Version(context), request, context.Request.Headers, cancellationToken);
        await InferResponseWriter.WriteAsync(context.Response, request, response, cancellationToken);
    }

    private static string? Version(HttpContext context) => (string?)context.Request.RouteValues["version"];
}

/// <summary>The body of an inference request, received in one piece.</summary>
internal static class RequestBody
{
    public const string HeaderLength = "Inference-Header-Content-Length";

    // What a caller only announces costs no more than this; a power of two with what alignment takes.
    private const int FirstBuffer = (64 << 10) - PooledMemory.Alignment;

    /// <exception cref="InferenceException">The body is too large, cut short, encoded in an unknown way, or no request.</exception>
    public static async ValueTask<InferRequest> ReadAsync(HttpRequest http, ProtocolLimits limits, CancellationToken cancellationToken)
    {
        (PooledMemory memory, int length, int jsonLength) = await ReceiveAsync(http, limits, cancellationToken);
        try
        {
            return InferRequestReader.Parse(memory, length, jsonLength, limits);
        }
        finally
        {
            // The tensors in it hold references of their own.
            memory.Release();
        }
    }

    /// <summary>Brings the body into one piece of pooled memory.</summary>
    /// <returns>The body, and the length of its JSON part: all of it unless the header says otherwise.</returns>
    public static async ValueTask<(PooledMemory Memory, int Length, int JsonLength)> ReceiveAsync(
        HttpRequest request, ProtocolLimits limits, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limits.MaxRequestBytes;
        }

        int? jsonLength = ParseHeaderLength(request.Headers[HeaderLength], limits);
        (Stream body, bool compressed) = Decode(request);
        long? declared = compressed ? null : request.ContentLength;
        var most = (int)(declared ?? limits.MaxRequestBytes);
        PooledMemory memory = limits.Rent(Math.Min(most, FirstBuffer), jsonLength ?? 0);
        try
        {
            int length = 0;
            while (declared is null || length < declared)
            {
                if (length == memory.Length)
                {
                    memory = Grow(memory, jsonLength ?? 0, most, limits);
                }

                int read = await body.ReadAsync(memory.Memory[length..], cancellationToken);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }

            if (declared > length)
            {
                throw new InferenceException(400, $"The body ends after {length} of {declared} bytes.");
            }

            return jsonLength > length
                ? throw InferenceException.Field(HeaderLength, $"says {jsonLength} bytes, but the body has only {length}.")
                : (memory, length, jsonLength ?? length);
        }
        catch (InvalidDataException e)
        {
            memory.Release();
            throw new InferenceException(400, $"The body is not what Content-Encoding says: {e.Message}");
        }
        catch
        {
            memory.Release();
            throw;
        }
    }

    private static PooledMemory Grow(PooledMemory memory, int alignedOffset, int most, ProtocolLimits limits)
    {
        if (memory.Length >= limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        PooledMemory larger = limits.Rent((int)Math.Min(((memory.Length + PooledMemory.Alignment) * 2L) - PooledMemory.Alignment, most), alignedOffset);
        memory.Span.CopyTo(larger.Span);
        memory.Release();
        return larger;
    }

    private static InferenceException TooLarge(ProtocolLimits limits) =>
        new(413, $"The request is larger than the {limits.MaxRequestBytes} bytes that this server takes. Send fewer rows at a time.");

    private static int? ParseHeaderLength(StringValues header, ProtocolLimits limits)
    {
        if (header.Count == 0)
        {
            return null;
        }

        return header.Count != 1 || !int.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? throw InferenceException.Field(HeaderLength, "is not a whole number of bytes.")
            : length > limits.MaxRequestBytes ? throw InferenceException.Field(HeaderLength, $"is larger than {limits.MaxRequestBytes} bytes.") : length;
    }

    private static (Stream Body, bool Compressed) Decode(HttpRequest request) => request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
    {
        "" or "identity" => (request.Body, false),
        "gzip" or "x-gzip" => (new GZipStream(request.Body, CompressionMode.Decompress), true),
        "deflate" => (new ZLibStream(request.Body, CompressionMode.Decompress), true),
        var encoding => throw new InferenceException(415, $"Content-Encoding '{encoding}' is not supported; use gzip, deflate or none."),
    };
}
