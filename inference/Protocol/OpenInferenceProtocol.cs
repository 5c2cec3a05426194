using System.Globalization;
using System.Text.Json;
using Azure;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Protocol;

/// <summary>
/// The Open Inference Protocol v2 over HTTP (KServe, Triton), with the binary tensor extension. Each method answers one request on its
/// <see cref="HttpContext"/>; errors are <c>{"error": "…"}</c>.
/// </summary>
public sealed class OpenInferenceProtocol
{
    private const string ServerName = "durableml";

    private readonly InferenceServer server;
    private readonly ModelRegistry registry;
    private readonly Preloader preloader;
    private readonly InferenceOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<OpenInferenceProtocol> logger;
    private readonly ProtocolLimits limits;

    internal OpenInferenceProtocol(
        InferenceServer server, ModelRegistry registry, Preloader preloader, InferenceOptions options, TimeProvider time, ILogger<OpenInferenceProtocol> logger)
    {
        this.server = server;
        this.registry = registry;
        this.preloader = preloader;
        this.options = options;
        this.time = time;
        this.logger = logger;
        limits = new() { MaxRequestBytes = options.MaxRequestBytes, MaxHeaderBytes = options.MaxRequestBytes, Memory = new(options.MaxRequestMemoryBytes) };
    }

    /// <summary>Bytes that requests take up now.</summary>
    internal long RequestMemory => limits.Memory.Taken;

    /// <summary><c>GET v2/health/live</c></summary>
    public Task LiveAsync(HttpContext context) => WriteAsync(context, 200, new { live = true });

    /// <summary><c>GET v2/health/ready</c>: 503 until the models to preload are in memory.</summary>
    public Task ReadyAsync(HttpContext context) => WriteAsync(context, preloader.IsReady ? 200 : 503, new { ready = preloader.IsReady });

    /// <summary><c>GET v2</c></summary>
    public Task ServerAsync(HttpContext context) =>
        WriteAsync(context, 200, new
        {
            name = ServerName,
            version = typeof(OpenInferenceProtocol).Assembly.GetName().Version?.ToString(3) ?? "0",
            extensions = new[] { "binary_tensor_data", "classification" },
        });

    /// <summary><c>GET v2/models/{model}[/versions/{version}]</c></summary>
    public Task ModelAsync(HttpContext context, string model, string? version) => AnswerAsync(context, async cancellationToken =>
    {
        using ModelLease lease = await server.AcquireAsync(model, version, cancellationToken);
        ModelSession session = lease.Model.Session;
        await WriteAsync(context, 200, new
        {
            name = model,
            versions = await registry.ListVersionsAsync(model, cancellationToken),
            platform = "onnxruntime_onnx",
            inputs = session.Inputs,
            outputs = session.Outputs,
            properties = new { batch_across_callers = lease.Model.Batching.AcrossCallers ? "true" : "false", batch_evidence = lease.Model.Batching.Because },
        });
    });

    /// <summary><c>GET v2/models/{model}[/versions/{version}]/ready</c>: loads the model if it is not in memory.</summary>
    public Task ModelReadyAsync(HttpContext context, string model, string? version) => AnswerAsync(context, async cancellationToken =>
    {
        using ModelLease lease = await server.AcquireAsync(model, version, cancellationToken);
        await WriteAsync(context, 200, new { name = model, ready = true });
    });

    /// <summary><c>POST v2/models/{model}[/versions/{version}]/infer</c></summary>
    public Task InferAsync(HttpContext context, string model, string? version) => AnswerAsync(context, async cancellationToken =>
    {
        ModelNames.Model(model);
        using InferRequest request = await InferRequestReader.ReadAsync(context.Request, limits, cancellationToken);
        using InferResponse response = request.TimeoutMicroseconds == 0
            ? await server.InferAsync(model, version, request, context.Request.Headers, cancellationToken)
            : await InferWithDeadlineAsync(context, model, version, request, cancellationToken);
        await InferResponseWriter.WriteAsync(context.Response, request, response, cancellationToken);
    });

    private async Task<InferResponse> InferWithDeadlineAsync(
        HttpContext context, string model, string? version, InferRequest request, CancellationToken cancellationToken)
    {
        using var own = new CancellationTokenSource(TimeSpan.FromMicroseconds(Math.Min(request.TimeoutMicroseconds, options.MaxRequestSeconds * 1e6)), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(own.Token, cancellationToken);
        return await server.InferAsync(model, version, request, context.Request.Headers, both.Token);
    }

    private async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task> answer)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.MaxRequestSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token);
        try
        {
            await answer(both.Token);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            context.Abort();
        }
        catch (Exception e)
        {
            await FailAsync(context, e);
        }
    }

    private async Task FailAsync(HttpContext context, Exception exception)
    {
        (int status, string message) = exception switch
        {
            InferenceException e => (e.Status, e.Message),
            InvalidModelNameException e => (400, $"{e.Kind}: {e.Message}"),
            ModelNotFoundException e => (404, e.Message),
            InvalidModelException or InvalidDataException => (503, exception.Message),
            OperationCanceledException => (504, "The request's deadline has passed."),
            BadHttpRequestException e => (e.StatusCode, e.Message),
            RequestFailedException or IOException => (503, "The model store cannot be reached. Try again."),
            _ => (500, "The server failed; its log says why."),
        };
        if (status >= 500 && status != 504)
        {
            logger.LogError(exception, "{Method} {Path} was answered {Status}", context.Request.Method, context.Request.Path, status);
        }

        if (context.Response.HasStarted)
        {
            // The caller must not take half an answer for a whole one.
            context.Abort();
            return;
        }

        context.Response.Clear();
        if (exception is InferenceException { RetryAfter: { } retryAfter })
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        await WriteAsync(context, status, new { error = message });
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T body)
    {
        context.Response.StatusCode = status;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json).AsTask();
    }
}
