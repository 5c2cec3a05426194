using DurableMl.Inference.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Functions.Inference;

/// <summary>
/// The Open Inference Protocol v2, and models, aliases, traffic rules, experiments and metrics: a trigger for each row of
/// <see cref="InferenceEndpoints"/>, which answers. Responses are written straight to the connection.
/// </summary>
public sealed class ServeModels(InferenceEndpoints endpoints)
{
    /// <inheritdoc cref="InferenceEndpoints.ServerLive"/>
    [Function(nameof(ServerLive))]
    public Task<IActionResult> ServerLive([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = InferenceEndpoints.ServerLive)] HttpRequest request) =>
        AnswerAsync(nameof(ServerLive), request);

    /// <inheritdoc cref="InferenceEndpoints.ServerReady"/>
    [Function(nameof(ServerReady))]
    public Task<IActionResult> ServerReady([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = InferenceEndpoints.ServerReady)] HttpRequest request) =>
        AnswerAsync(nameof(ServerReady), request);

    /// <inheritdoc cref="InferenceEndpoints.ServerMetadata"/>
    [Function(nameof(ServerMetadata))]
    public Task<IActionResult> ServerMetadata([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ServerMetadata)] HttpRequest request) =>
        AnswerAsync(nameof(ServerMetadata), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelMetadata"/>
    [Function(nameof(ModelMetadata))]
    public Task<IActionResult> ModelMetadata([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelMetadata)] HttpRequest request) =>
        AnswerAsync(nameof(ModelMetadata), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelVersionMetadata"/>
    [Function(nameof(ModelVersionMetadata))]
    public Task<IActionResult> ModelVersionMetadata([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelVersionMetadata)] HttpRequest request) =>
        AnswerAsync(nameof(ModelVersionMetadata), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelReady"/>
    [Function(nameof(ModelReady))]
    public Task<IActionResult> ModelReady([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelReady)] HttpRequest request) =>
        AnswerAsync(nameof(ModelReady), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelVersionReady"/>
    [Function(nameof(ModelVersionReady))]
    public Task<IActionResult> ModelVersionReady([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelVersionReady)] HttpRequest request) =>
        AnswerAsync(nameof(ModelVersionReady), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelConfig"/>
    [Function(nameof(ModelConfig))]
    public Task<IActionResult> ModelConfig([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelConfig)] HttpRequest request) =>
        AnswerAsync(nameof(ModelConfig), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelVersionConfig"/>
    [Function(nameof(ModelVersionConfig))]
    public Task<IActionResult> ModelVersionConfig([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelVersionConfig)] HttpRequest request) =>
        AnswerAsync(nameof(ModelVersionConfig), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelStatistics"/>
    [Function(nameof(ModelStatistics))]
    public Task<IActionResult> ModelStatistics([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelStatistics)] HttpRequest request) =>
        AnswerAsync(nameof(ModelStatistics), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelVersionStatistics"/>
    [Function(nameof(ModelVersionStatistics))]
    public Task<IActionResult> ModelVersionStatistics([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ModelVersionStatistics)] HttpRequest request) =>
        AnswerAsync(nameof(ModelVersionStatistics), request);

    /// <inheritdoc cref="InferenceEndpoints.RepositoryIndex"/>
    [Function(nameof(RepositoryIndex))]
    public Task<IActionResult> RepositoryIndex([HttpTrigger(AuthorizationLevel.Function, "post", Route = InferenceEndpoints.RepositoryIndex)] HttpRequest request) =>
        AnswerAsync(nameof(RepositoryIndex), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelInfer"/>
    [Function(nameof(ModelInfer))]
    public Task<IActionResult> ModelInfer([HttpTrigger(AuthorizationLevel.Function, "post", Route = InferenceEndpoints.ModelInfer)] HttpRequest request) =>
        AnswerAsync(nameof(ModelInfer), request);

    /// <inheritdoc cref="InferenceEndpoints.ModelVersionInfer"/>
    [Function(nameof(ModelVersionInfer))]
    public Task<IActionResult> ModelVersionInfer([HttpTrigger(AuthorizationLevel.Function, "post", Route = InferenceEndpoints.ModelVersionInfer)] HttpRequest request) =>
        AnswerAsync(nameof(ModelVersionInfer), request);

    /// <inheritdoc cref="InferenceEndpoints.ListModels"/>
    [Function(nameof(ListModels))]
    public Task<IActionResult> ListModels([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.ListModels)] HttpRequest request) =>
        AnswerAsync(nameof(ListModels), request);

    /// <inheritdoc cref="InferenceEndpoints.GetModel"/>
    [Function(nameof(GetModel))]
    public Task<IActionResult> GetModel([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.GetModel)] HttpRequest request) =>
        AnswerAsync(nameof(GetModel), request);

    /// <inheritdoc cref="InferenceEndpoints.GetModelVersion"/>
    [Function(nameof(GetModelVersion))]
    public Task<IActionResult> GetModelVersion([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.GetModelVersion)] HttpRequest request) =>
        AnswerAsync(nameof(GetModelVersion), request);

    /// <inheritdoc cref="InferenceEndpoints.DeleteModel"/>
    [Function(nameof(DeleteModel))]
    public Task<IActionResult> DeleteModel([HttpTrigger(AuthorizationLevel.Function, "delete", Route = InferenceEndpoints.DeleteModel)] HttpRequest request) =>
        AnswerAsync(nameof(DeleteModel), request);

    /// <inheritdoc cref="InferenceEndpoints.DeleteModelVersion"/>
    [Function(nameof(DeleteModelVersion))]
    public Task<IActionResult> DeleteModelVersion([HttpTrigger(AuthorizationLevel.Function, "delete", Route = InferenceEndpoints.DeleteModelVersion)] HttpRequest request) =>
        AnswerAsync(nameof(DeleteModelVersion), request);

    /// <inheritdoc cref="InferenceEndpoints.SetServing"/>
    [Function(nameof(SetServing))]
    public Task<IActionResult> SetServing([HttpTrigger(AuthorizationLevel.Function, "patch", Route = InferenceEndpoints.SetServing)] HttpRequest request) =>
        AnswerAsync(nameof(SetServing), request);

    /// <inheritdoc cref="InferenceEndpoints.SetModelAlias"/>
    [Function(nameof(SetModelAlias))]
    public Task<IActionResult> SetModelAlias([HttpTrigger(AuthorizationLevel.Function, "put", "delete", Route = InferenceEndpoints.SetModelAlias)] HttpRequest request) =>
        AnswerAsync(nameof(SetModelAlias), request);

    /// <inheritdoc cref="InferenceEndpoints.Traffic"/>
    [Function(nameof(GetTraffic))]
    public Task<IActionResult> GetTraffic([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.Traffic)] HttpRequest request) =>
        AnswerAsync(nameof(GetTraffic), request);

    /// <inheritdoc cref="InferenceEndpoints.Traffic"/>
    [Function(nameof(PutTraffic))]
    public Task<IActionResult> PutTraffic([HttpTrigger(AuthorizationLevel.Function, "put", Route = InferenceEndpoints.Traffic)] HttpRequest request) =>
        AnswerAsync(nameof(PutTraffic), request);

    /// <inheritdoc cref="InferenceEndpoints.GetExperiments"/>
    [Function(nameof(GetExperiments))]
    public Task<IActionResult> GetExperiments([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.GetExperiments)] HttpRequest request) =>
        AnswerAsync(nameof(GetExperiments), request);

    /// <inheritdoc cref="InferenceEndpoints.GetDrift"/>
    [Function(nameof(GetDrift))]
    public Task<IActionResult> GetDrift([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.GetDrift)] HttpRequest request) =>
        AnswerAsync(nameof(GetDrift), request);

    /// <inheritdoc cref="InferenceEndpoints.PostFeedback"/>
    [Function(nameof(PostFeedback))]
    public Task<IActionResult> PostFeedback([HttpTrigger(AuthorizationLevel.Function, "post", Route = InferenceEndpoints.PostFeedback)] HttpRequest request) =>
        AnswerAsync(nameof(PostFeedback), request);

    /// <inheritdoc cref="InferenceEndpoints.Metrics"/>
    [Function(nameof(Metrics))]
    public Task<IActionResult> Metrics([HttpTrigger(AuthorizationLevel.Function, "get", Route = InferenceEndpoints.Metrics)] HttpRequest request) =>
        AnswerAsync(nameof(Metrics), request);

    private async Task<IActionResult> AnswerAsync(string endpoint, HttpRequest request)
    {
        await endpoints.AnswerAsync(endpoint, request.HttpContext);
        return new EmptyResult();
    }
}
