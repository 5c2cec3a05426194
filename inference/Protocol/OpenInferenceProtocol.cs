using DurableMl.Inference.Endpoints;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;
using Microsoft.AspNetCore.Http;
using static DurableMl.Inference.Endpoints.InferenceEndpoints;

namespace DurableMl.Inference.Protocol;

/// <summary>The Open Inference Protocol v2 over HTTP (KServe, Triton), with the binary tensor extension.</summary>
internal sealed class OpenInferenceProtocol(InferenceServer server, InferenceOptions options)
{
    /// <summary>How large requests may be, over whatever protocol they come, and the memory that they have together.</summary>
    public ProtocolLimits Limits { get; } = new() { MaxRequestBytes = options.MaxRequestBytes, Memory = new(options.MaxRequestMemoryBytes) };

    /// <summary>Bytes that requests take up now.</summary>
    public long RequestMemory => Limits.Memory.Taken;

    /// <summary><c>GET v2/health/live</c></summary>
    public Task LiveAsync(HttpContext context, CancellationToken cancellationToken) => WriteAsync(context, 200, new { live = true });

    /// <summary><c>GET v2/health/ready</c>: 503 until the models to preload are in memory.</summary>
    public Task ReadyAsync(HttpContext context, CancellationToken cancellationToken) =>
        WriteAsync(context, server.IsReady ? 200 : 503, new { ready = server.IsReady });

    /// <summary><c>GET v2</c></summary>
    public Task ServerAsync(HttpContext context, CancellationToken cancellationToken) =>
        WriteAsync(context, 200, new { name = InferenceServer.Name, version = InferenceServer.Version, extensions = InferenceServer.Extensions });

    /// <summary><c>GET v2/models/{model}[/versions/{version}]</c></summary>
    public async Task ModelAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, 200, await server.MetadataAsync(Part(context, "model"), Version(context), cancellationToken));

    /// <summary><c>GET v2/models/{model}[/versions/{version}]/ready</c>: loads the model if it is not in memory.</summary>
    public async Task ModelReadyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        (await server.AcquireAsync(model, Version(context), cancellationToken)).Dispose();
        await WriteAsync(context, 200, new { name = model, ready = true });
    }

    /// <summary><c>POST v2/models/{model}[/versions/{version}]/infer</c></summary>
    public async Task InferAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = ModelNames.Model(Part(context, "model"));
        using InferRequest request = await InferRequestReader.ReadAsync(context.Request, Limits, cancellationToken);
        using InferResponse response = await server.InferAsync(model, Version(context), request, context.Request.Headers, cancellationToken);
        await InferResponseWriter.WriteAsync(context.Response, request, response, cancellationToken);
    }

    private static string? Version(HttpContext context) => (string?)context.Request.RouteValues["version"];
}
