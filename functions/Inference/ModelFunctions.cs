using DurableMl.Inference.Management;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Functions.Inference;

/// <summary>Models, aliases, traffic rules, experiments and metrics. Responses are written straight to the connection.</summary>
public sealed class ModelFunctions(ModelsApi api)
{
    /// <summary>All models.</summary>
    [Function(nameof(ListModels))]
    public Task<IActionResult> ListModels([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models")] HttpRequest request) =>
        Answered(api.ListAsync(request.HttpContext));

    /// <summary>A model's versions and aliases.</summary>
    [Function(nameof(GetModel))]
    public Task<IActionResult> GetModel([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}")] HttpRequest request, string model) =>
        Answered(api.GetAsync(request.HttpContext, model));

    /// <summary>A version's manifest.</summary>
    [Function(nameof(GetModelVersion))]
    public Task<IActionResult> GetModelVersion(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/versions/{version}")] HttpRequest request, string model, string version) =>
        Answered(api.GetVersionAsync(request.HttpContext, model, version));

    /// <summary>Moves or removes an alias.</summary>
    [Function(nameof(SetModelAlias))]
    public Task<IActionResult> SetModelAlias(
        [HttpTrigger(AuthorizationLevel.Function, "put", "delete", Route = "api/models/{model}/aliases/{alias}")] HttpRequest request, string model, string alias) =>
        Answered(api.SetAliasAsync(request.HttpContext, model, alias));

    /// <summary>The traffic rules.</summary>
    [Function(nameof(GetTraffic))]
    public Task<IActionResult> GetTraffic([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/traffic")] HttpRequest request, string model) =>
        Answered(api.GetTrafficAsync(request.HttpContext, model));

    /// <summary>Replaces the traffic rules.</summary>
    [Function(nameof(PutTraffic))]
    public Task<IActionResult> PutTraffic([HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/models/{model}/traffic")] HttpRequest request, string model) =>
        Answered(api.PutTrafficAsync(request.HttpContext, model));

    /// <summary>What each route and version has done.</summary>
    [Function(nameof(GetExperiments))]
    public Task<IActionResult> GetExperiments([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/experiments")] HttpRequest request, string model) =>
        Answered(api.ExperimentsAsync(request.HttpContext, model));

    /// <summary>The true classes of a request's examples.</summary>
    [Function(nameof(PostFeedback))]
    public Task<IActionResult> PostFeedback([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/feedback")] HttpRequest request) =>
        Answered(api.FeedbackAsync(request.HttpContext));

    /// <summary>Metrics for Prometheus.</summary>
    [Function(nameof(Metrics))]
    public Task<IActionResult> Metrics([HttpTrigger(AuthorizationLevel.Function, "get", Route = "metrics")] HttpRequest request) =>
        Answered(api.MetricsAsync(request.HttpContext));

    private static async Task<IActionResult> Answered(Task answer)
    {
        await answer;
        return new EmptyResult();
    }
}
