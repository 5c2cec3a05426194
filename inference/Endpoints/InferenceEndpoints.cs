using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Endpoints;

/// <summary>One endpoint.</summary>
/// <param name="Name">Its name: the function's in <c>functions/</c>, the endpoint's in <c>serving/</c>.</param>
/// <param name="Methods">HTTP methods.</param>
/// <param name="Route">Its path, with <c>{model}</c>, <c>{version}</c> and <c>{alias}</c> for what varies.</param>
/// <param name="Answer">Answers a request.</param>
/// <param name="IsAnonymous">Whether it needs no key.</param>
public sealed record InferenceEndpoint(
    string Name, IReadOnlyList<string> Methods, string Route, Func<HttpContext, CancellationToken, Task> Answer, bool IsAnonymous = false)
{
    /// <summary>Whether errors are the Open Inference Protocol's, <c>{"error": "…"}</c>; otherwise they are problem details (RFC 9457).</summary>
    public bool IsProtocol => Route.StartsWith("v2", StringComparison.Ordinal);
}

/// <summary>Every endpoint that serves models: the one table from which <c>functions/</c> and <c>serving/</c> answer.</summary>
public sealed class InferenceEndpoints
{
    /// <summary>Whether the server runs.</summary>
    public const string ServerLive = "v2/health/live";
    /// <summary>Whether the server can answer.</summary>
    public const string ServerReady = "v2/health/ready";
    /// <summary>What the server is.</summary>
    public const string ServerMetadata = "v2";
    /// <summary>A model's inputs, outputs and versions.</summary>
    public const string ModelMetadata = "v2/models/{model}";
    /// <summary>One version's inputs and outputs.</summary>
    public const string ModelVersionMetadata = "v2/models/{model}/versions/{version}";
    /// <summary>Whether a model can answer.</summary>
    public const string ModelReady = "v2/models/{model}/ready";
    /// <summary>Whether a version can answer.</summary>
    public const string ModelVersionReady = "v2/models/{model}/versions/{version}/ready";
    /// <summary>A model as Triton's configuration describes it.</summary>
    public const string ModelConfig = "v2/models/{model}/config";
    /// <summary>A version as Triton's configuration describes it.</summary>
    public const string ModelVersionConfig = "v2/models/{model}/versions/{version}/config";
    /// <summary>What a model's versions in memory have done, in Triton's words.</summary>
    public const string ModelStatistics = "v2/models/{model}/stats";
    /// <summary>What a version has done, in Triton's words.</summary>
    public const string ModelVersionStatistics = "v2/models/{model}/versions/{version}/stats";
    /// <summary>Every version of every model, as Triton lists them.</summary>
    public const string RepositoryIndex = "v2/repository/index";
    /// <summary>Runs a model, as its traffic rules say.</summary>
    public const string ModelInfer = "v2/models/{model}/infer";
    /// <summary>Runs one version of a model.</summary>
    public const string ModelVersionInfer = "v2/models/{model}/versions/{version}/infer";
    /// <summary>All models.</summary>
    public const string ListModels = "api/models";
    /// <summary>A model's versions and aliases.</summary>
    public const string GetModel = "api/models/{model}";
    /// <summary>A version's manifest.</summary>
    public const string GetModelVersion = "api/models/{model}/versions/{version}";
    /// <summary>Deletes a model.</summary>
    public const string DeleteModel = GetModel;
    /// <summary>Deletes a version.</summary>
    public const string DeleteModelVersion = GetModelVersion;
    /// <summary>How a version is served.</summary>
    public const string SetServing = "api/models/{model}/versions/{version}/serving";
    /// <summary>Moves or removes an alias.</summary>
    public const string SetModelAlias = "api/models/{model}/aliases/{alias}";
    /// <summary>The traffic rules.</summary>
    public const string Traffic = "api/models/{model}/traffic";
    /// <summary>What each route and version has done.</summary>
    public const string GetExperiments = "api/models/{model}/experiments";
    /// <summary>How far requests are from the examples that a version was evaluated on.</summary>
    public const string GetDrift = "api/models/{model}/versions/{version}/drift";
    /// <summary>The true classes of a request's examples.</summary>
    public const string PostFeedback = "api/feedback";
    /// <summary>Metrics for Prometheus.</summary>
    public const string Metrics = "metrics";

    // For people at a terminal: quotation marks and letters of other scripts as they are. It is no HTML that is written.
    private static readonly JsonSerializerOptions AnswerOptions = new(RegistryJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FrozenDictionary<string, InferenceEndpoint> byName;
    private readonly InferenceOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<InferenceEndpoints> logger;

    internal InferenceEndpoints(
        OpenInferenceProtocol protocol, ModelsApi api, MetricsPage metrics, InferenceOptions options, TimeProvider time, ILogger<InferenceEndpoints> logger)
    {
        (this.options, this.time, this.logger) = (options, time, logger);
        All =
        [
            new(nameof(ServerLive), ["GET"], ServerLive, protocol.LiveAsync, IsAnonymous: true),
            new(nameof(ServerReady), ["GET"], ServerReady, protocol.ReadyAsync, IsAnonymous: true),
            new(nameof(ServerMetadata), ["GET"], ServerMetadata, protocol.ServerAsync),
            new(nameof(ModelMetadata), ["GET"], ModelMetadata, protocol.ModelAsync),
            new(nameof(ModelVersionMetadata), ["GET"], ModelVersionMetadata, protocol.ModelAsync),
            new(nameof(ModelReady), ["GET"], ModelReady, protocol.ModelReadyAsync),
            new(nameof(ModelVersionReady), ["GET"], ModelVersionReady, protocol.ModelReadyAsync),
            new(nameof(ModelConfig), ["GET"], ModelConfig, protocol.ModelConfigAsync),
            new(nameof(ModelVersionConfig), ["GET"], ModelVersionConfig, protocol.ModelConfigAsync),
            new(nameof(ModelStatistics), ["GET"], ModelStatistics, protocol.ModelStatisticsAsync),
            new(nameof(ModelVersionStatistics), ["GET"], ModelVersionStatistics, protocol.ModelStatisticsAsync),
            new(nameof(RepositoryIndex), ["POST"], RepositoryIndex, protocol.RepositoryIndexAsync),
            new(nameof(ModelInfer), ["POST"], ModelInfer, protocol.InferAsync),
            new(nameof(ModelVersionInfer), ["POST"], ModelVersionInfer, protocol.InferAsync),
            new(nameof(ListModels), ["GET"], ListModels, api.ListAsync),
            new(nameof(GetModel), ["GET"], GetModel, api.GetAsync),
            new(nameof(GetModelVersion), ["GET"], GetModelVersion, api.GetVersionAsync),
            new(nameof(DeleteModel), ["DELETE"], DeleteModel, api.DeleteModelAsync),
            new(nameof(DeleteModelVersion), ["DELETE"], DeleteModelVersion, api.DeleteVersionAsync),
            new(nameof(SetServing), ["PATCH"], SetServing, api.SetServingAsync),
            new(nameof(SetModelAlias), ["PUT", "DELETE"], SetModelAlias, api.SetAliasAsync),
            new("GetTraffic", ["GET"], Traffic, api.GetTrafficAsync),
            new("PutTraffic", ["PUT"], Traffic, api.PutTrafficAsync),
            new(nameof(GetExperiments), ["GET"], GetExperiments, api.ExperimentsAsync),
            new(nameof(GetDrift), ["GET"], GetDrift, api.DriftAsync),
            new(nameof(PostFeedback), ["POST"], PostFeedback, api.FeedbackAsync),
            new(nameof(Metrics), ["GET"], Metrics, metrics.AnswerAsync),
        ];
        byName = All.ToFrozenDictionary(endpoint => endpoint.Name);
    }

    /// <summary>The table.</summary>
    public IReadOnlyList<InferenceEndpoint> All { get; }

    /// <summary>Answers a request, errors included, within the time that a request may take.</summary>
    /// <param name="name">The endpoint's name.</param>
    /// <param name="context">The request; its route values name what varies in the path.</param>
    public async Task AnswerAsync(string name, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        InferenceEndpoint endpoint = byName[name];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.MaxRequestSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token);
        try
        {
            if (!endpoint.IsProtocol && HasBody(context.Request) && !context.Request.HasJsonContentType())
            {
                // Any web page may have a browser send text or a form to any address without asking; JSON it may not.
                throw new InferenceException(415, $"Content-Type is {context.Request.ContentType ?? "missing"}; send 'application/json'.");
            }

            await endpoint.Answer(context, both.Token);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            context.Abort();
        }
        catch (Exception e)
        {
            await FailAsync(endpoint, context, e);
        }
    }

    /// <summary>A part of the request's path.</summary>
    internal static string Part(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>Writes a JSON body.</summary>
    internal static Task WriteAsync<T>(HttpContext context, int status, T body, string contentType = "application/json")
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, AnswerOptions);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0);

    private async Task FailAsync(InferenceEndpoint endpoint, HttpContext context, Exception exception)
    {
        (int status, string message) = InferenceException.StatusOf(exception);
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

        if (endpoint.IsProtocol)
        {
            await WriteAsync(context, status, new { error = message });
            return;
        }

        IReadOnlyList<JsonProblem>? errors = (exception as InvalidDocumentException)?.Problems;
        await WriteAsync(
            context, status, new { type = "about:blank", title = ReasonPhrases.GetReasonPhrase(status), status, detail = message, errors }, "application/problem+json");
    }
}
