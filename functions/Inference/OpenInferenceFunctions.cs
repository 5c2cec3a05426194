using DurableMl.Inference.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Functions.Inference;

/// <summary>The Open Inference Protocol v2. Responses are written straight to the connection, so each function returns a result that does nothing.</summary>
public sealed class OpenInferenceFunctions(OpenInferenceProtocol protocol)
{
    /// <summary>Whether the server runs.</summary>
    [Function(nameof(ServerLive))]
    public Task<IActionResult> ServerLive([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/live")] HttpRequest request) =>
        Answered(protocol.LiveAsync(request.HttpContext));

    /// <summary>Whether the server can answer.</summary>
    [Function(nameof(ServerReady))]
    public Task<IActionResult> ServerReady([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/ready")] HttpRequest request) =>
        Answered(protocol.ReadyAsync(request.HttpContext));

    /// <summary>What the server is.</summary>
    [Function(nameof(ServerMetadata))]
    public Task<IActionResult> ServerMetadata([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2")] HttpRequest request) =>
        Answered(protocol.ServerAsync(request.HttpContext));

    /// <summary>A model's inputs, outputs and versions.</summary>
    [Function(nameof(ModelMetadata))]
    public Task<IActionResult> ModelMetadata([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{model}")] HttpRequest request, string model) =>
        Answered(protocol.ModelAsync(request.HttpContext, model, null));

    /// <summary>One version's inputs and outputs.</summary>
    [Function(nameof(ModelVersionMetadata))]
    public Task<IActionResult> ModelVersionMetadata(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{model}/versions/{version}")] HttpRequest request, string model, string version) =>
        Answered(protocol.ModelAsync(request.HttpContext, model, version));

    /// <summary>Whether a model can answer.</summary>
    [Function(nameof(ModelReady))]
    public Task<IActionResult> ModelReady([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{model}/ready")] HttpRequest request, string model) =>
        Answered(protocol.ModelReadyAsync(request.HttpContext, model, null));

    /// <summary>Whether a version can answer.</summary>
    [Function(nameof(ModelVersionReady))]
    public Task<IActionResult> ModelVersionReady(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{model}/versions/{version}/ready")] HttpRequest request, string model, string version) =>
        Answered(protocol.ModelReadyAsync(request.HttpContext, model, version));

    /// <summary>Runs a model, as its traffic rules say.</summary>
    [Function(nameof(ModelInfer))]
    public Task<IActionResult> ModelInfer([HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/models/{model}/infer")] HttpRequest request, string model) =>
        Answered(protocol.InferAsync(request.HttpContext, model, null));

    /// <summary>Runs one version of a model.</summary>
    [Function(nameof(ModelVersionInfer))]
    public Task<IActionResult> ModelVersionInfer(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/models/{model}/versions/{version}/infer")] HttpRequest request, string model, string version) =>
        Answered(protocol.InferAsync(request.HttpContext, model, version));

    private static async Task<IActionResult> Answered(Task answer)
    {
        await answer;
        return new EmptyResult();
    }
}
