using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Microsoft.AspNetCore.Http;
using static DurableMl.Inference.Endpoints.InferenceEndpoints;

namespace DurableMl.Inference.Endpoints;

/// <summary>Models, aliases, traffic rules and experiments over HTTP. Changes go under ETags.</summary>
internal sealed class ModelsApi(
    ModelRegistry registry, TrafficCheck check, ModelDeletion deletion, ModelCatalog catalog, ExperimentLog experiments, LabelLog labels, InferenceServer server)
{
    private const int MaxBody = 1 << 20;
    private const int MaxId = 1024;

    /// <summary><c>GET api/models</c></summary>
    public async Task ListAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, 200, new { models = await registry.ListModelsAsync(cancellationToken) });

    /// <summary><c>GET api/models/{model}</c>: versions, aliases (with their ETag) and what keeps a change from being served.</summary>
    public async Task GetAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        IReadOnlyList<string> versions = await registry.ListVersionsAsync(model, cancellationToken);
        ModelAliases aliases = await registry.GetAliasesAsync(model, cancellationToken);
        if (versions.Count == 0 && aliases.Versions.Count == 0)
        {
            throw ModelNotFoundException.Model(model);
        }

        ModelState state = await catalog.GetAsync(model, cancellationToken);
        SetETag(context, aliases.ETag);
        await WriteAsync(context, 200, new { model, versions, aliases = aliases.Versions, serving = state.Aliases, problem = state.Problem });
    }

    /// <summary><c>GET api/models/{model}/versions/{version}</c>: the version's manifest.</summary>
    public async Task GetVersionAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, 200, await registry.GetAsync(Part(context, "model"), Part(context, "version"), cancellationToken));

    /// <summary><c>DELETE api/models/{model}/versions/{version}</c>: what was removed; 409 while an alias or a traffic rule leads to it.</summary>
    public Task DeleteVersionAsync(HttpContext context, CancellationToken cancellationToken) =>
        DeleteAsync(context, deletion.DeleteVersionAsync(Part(context, "model"), Part(context, "version"), cancellationToken), cancellationToken);

    /// <summary><c>DELETE api/models/{model}</c>: the model with all its versions; 409 while an alias or a traffic rule leads to one.</summary>
    public Task DeleteModelAsync(HttpContext context, CancellationToken cancellationToken) =>
        DeleteAsync(context, deletion.DeleteModelAsync(Part(context, "model"), cancellationToken), cancellationToken);

    /// <summary><c>PATCH api/models/{model}/versions/{version}/serving</c>: a JSON merge patch (RFC 7396) of <see cref="ServingOptions"/>; null is the default.</summary>
    public async Task SetServingAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        var patch = await ReadAsync<Dictionary<string, JsonElement>>(context, cancellationToken);
        ServingOptions changed = await registry.SetServingAsync(model, Part(context, "version"), current => Merge(current, patch), cancellationToken);
        await catalog.RefreshAsync(model, cancellationToken);
        await WriteAsync(context, 200, changed);
    }

    /// <summary><c>PUT api/models/{model}/aliases/{alias}</c> with <c>{"version": "3"}</c>; <c>If-Match</c> guards the change. <c>DELETE</c> removes the alias.</summary>
    public async Task SetAliasAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        string alias = Part(context, "alias");
        ModelNames.Model(model);
        string? version = null;
        if (!HttpMethods.IsDelete(context.Request.Method))
        {
            version = (await ReadAsync<AliasChange>(context, cancellationToken)).Version;
        }

        ETag? expected = context.Request.Headers.IfMatch is { Count: > 0 } match ? new ETag(match[0]!) : null;
        ModelAliases changed = await registry.SetAliasAsync(model, alias, version, expected, cancellationToken);
        await catalog.RefreshAsync(model, cancellationToken);
        SetETag(context, changed.ETag);
        await WriteAsync(context, 200, changed.Versions);
    }

    /// <summary><c>GET api/models/{model}/traffic</c>: the rules and, where there are any, their ETag.</summary>
    public async Task GetTrafficAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        (TrafficRules? rules, ETag etag) = await registry.GetTrafficAsync(model, cancellationToken);
        SetETag(context, etag);
        await WriteAsync(context, 200, rules ?? TrafficRules.Default);
    }

    /// <summary>
    /// <c>PUT api/models/{model}/traffic</c>: new rules, with <c>If-Match</c> and the ETag of those that they replace, or <c>If-None-Match: *</c>
    /// where there are none yet. 428 without, 412 when somebody was faster.
    /// </summary>
    public async Task PutTrafficAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        ModelNames.Model(model);
        ETag current = default;
        if (context.Request.Headers.IfMatch is { Count: > 0 } match)
        {
            current = new ETag(match[0]!);
        }
        else if (context.Request.Headers.IfNoneMatch is not [ "*" ])
        {
            throw new InferenceException(428, "Send If-Match with the ETag of the rules to replace, or If-None-Match: * if there are none yet.");
        }

        TrafficRules rules = await ReadAsync<TrafficRules>(context, cancellationToken);
        if (await check.ProblemsAsync(model, rules, cancellationToken) is { Count: > 0 } problems)
        {
            throw new InvalidDocumentException("The traffic rules cannot be used.", problems);
        }

        (_, ETag replaced) = await registry.Documents.UpdateAsync<TrafficRules>(ModelBlobs.Traffic(model), _ => rules, cancellationToken, expected: current);
        await catalog.RefreshAsync(model, cancellationToken);
        SetETag(context, replaced);
        await WriteAsync(context, 200, rules);
    }

    /// <summary><c>GET api/models/{model}/experiments</c>: what each route and version has done.</summary>
    public async Task ExperimentsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = ModelNames.Model(Part(context, "model"));
        await labels.CountAsync(model, cancellationToken);
        await WriteAsync(context, 200, new
        {
            model,
            arms = (await experiments.ReadAsync(model, cancellationToken)).Select(arm => new
            {
                arm.Route,
                arm.Version,
                arm.Requests,
                arm.Errors,
                shadow = arm.Route.StartsWith("shadow:", StringComparison.Ordinal)
                    ? new { arm.Compared, arm.Agreed, agreement = Ratio(arm.Agreed, arm.Compared), arm.MaxDifference, arm.Dropped }
                    : null,
                feedback = new { arm.Labelled, arm.Correct, accuracy = Ratio(arm.Correct, arm.Labelled) },
            }),
        });
    }

    /// <summary>
    /// <c>GET api/models/{model}/versions/{version}/drift</c>: figures of the inputs that this instance has seen since it loaded the version, beside those of
    /// the examples that it was evaluated on.
    /// </summary>
    public async Task DriftAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        using ModelLease lease = await server.AcquireAsync(model, Part(context, "version"), cancellationToken);
        FeatureStatistics? seen = (lease.Model.Drift
            ?? throw new InferenceException(409, $"No figures are kept of this version: send {{\"drift\":true}} to api/models/{model}/versions/{lease.Model.Manifest.Version}/serving. Only a model of one FP32 input has them.")).Result();
        FeatureStatistics? evaluated = lease.Model.Manifest.Statistics;
        await WriteAsync(context, 200, new { model, lease.Model.Manifest.Version, evaluated, seen, shift = seen is null ? null : evaluated?.ShiftOf(seen) });
    }

    /// <summary>
    /// <c>POST api/feedback</c>: the true classes of a request's examples. 202 where another instance answered the request: the labels are
    /// written down for it.
    /// </summary>
    public async Task FeedbackAsync(HttpContext context, CancellationToken cancellationToken)
    {
        Feedback feedback = await ReadAsync<Feedback>(context, cancellationToken);
        string model = ModelNames.Model(feedback.Model);
        JsonProblem? problem =
            feedback.Labels.Count is < 1 or > 10_000 ? new("$.labels", "needs 1 to 10000 labels.")
            : feedback is { Id: null, Route: not null, Version: not null } && feedback.Predicted?.Count == feedback.Labels.Count ? null
            : feedback.Id is null ? new("$", "needs id, or else version, route and predicted with as many classes as labels.")
            : feedback.Id.Length is < 1 or > MaxId ? new("$.id", $"needs 1 to {MaxId} characters.")
            : feedback.Labels.Count <= PredictionLog.MaxRows ? null
            : new("$.labels", $"has more than {PredictionLog.MaxRows} labels; larger requests are not remembered. Send version, route and predicted instead of id.");
        if (problem is not null)
        {
            throw new InvalidDocumentException("The body cannot be used.", [problem]);
        }

        if (feedback.Id is null)
        {
            // The route and version must be ones that exist here, so that callers cannot fill the results with names of their own.
            if (!(await experiments.ReadAsync(model, cancellationToken)).Any(arm => arm.Route == feedback.Route && arm.Version == feedback.Version))
            {
                throw new InferenceException(404, $"Model '{model}' has no results of route '{feedback.Route}' and version '{feedback.Version}'.");
            }

            int correct = experiments.Label(model, feedback.Route!, feedback.Version!, feedback.Predicted!, feedback.Labels);
            await WriteCountedAsync([(feedback.Route!, feedback.Version!, correct)]);
        }
        else if (labels.Count(model, feedback.Id, feedback.Labels) is { } counted)
        {
            await WriteCountedAsync(counted);
        }
        else if ((await catalog.GetAsync(model, cancellationToken)).Traffic.Rules == TrafficRules.Default)
        {
            // Nothing is remembered of its requests, on no instance.
            throw new InferenceException(404, $"Model '{model}' has no traffic rules, so that its requests are not remembered. Put rules at api/models/{model}/traffic first.");
        }
        else
        {
            await labels.WriteAsync(model, feedback.Id, feedback.Labels, cancellationToken);
            await WriteAsync(context, 202, new
            {
                pending = true,
                detail = $"Request '{feedback.Id}' was not answered here. The instance that answered it counts its labels within seconds, and api/models/{model}/experiments shows them.",
            });
        }

        Task WriteCountedAsync(IReadOnlyList<(string Route, string Version, int Correct)> arms) =>
            WriteAsync(context, 200, new { counted = arms.Select(arm => new { arm.Route, arm.Version, labels = feedback.Labels.Count, arm.Correct }) });
    }

    private async Task DeleteAsync(HttpContext context, Task<DeletedModel> deleting, CancellationToken cancellationToken)
    {
        DeletedModel deleted = await deleting;
        await catalog.RefreshAsync(deleted.Model, cancellationToken);
        await WriteAsync(context, 200, deleted);
    }

    private static double? Ratio(long part, long whole) => whole == 0 ? null : Math.Round((double)part / whole, 6);

    // What is removed has its default; what does not exist stays, to be refused by its path.
    private static ServingOptions Merge(ServingOptions current, Dictionary<string, JsonElement> patch)
    {
        JsonObject merged = JsonObject.Create(JsonSerializer.SerializeToElement(current, JsonSerializerOptions.Web), new() { PropertyNameCaseInsensitive = true })!;
        foreach ((string name, JsonElement value) in patch)
        {
            if (value.ValueKind != JsonValueKind.Null || !merged.Remove(name))
            {
                merged[name] = JsonSerializer.SerializeToNode(value);
            }
        }

        return ServingOptions.Read(JsonSerializer.SerializeToElement(merged), "$", out IReadOnlyList<JsonProblem> problems)
            ?? throw new InvalidDocumentException("The serving options cannot be used.", problems);
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, CancellationToken cancellationToken)
        where T : class
    {
        PipeReader reader = context.Request.BodyReader;
        ReadOnlySequence<byte> body = (await reader.ReadAtLeastAsync(MaxBody + 1, cancellationToken)).Buffer;
        byte[]? json = body.Length > MaxBody ? null : body.ToArray();
        reader.AdvanceTo(body.End);
        return StrictJson.Read<T>(json ?? throw new InferenceException(413, $"The body is larger than {MaxBody} bytes."), RegistryJson.Options, out IReadOnlyList<JsonProblem> problems)
            ?? throw new InvalidDocumentException("The body cannot be used.", problems);
    }

    private static void SetETag(HttpContext context, ETag etag)
    {
        if (etag != default)
        {
            context.Response.Headers.ETag = etag.ToString("H");
        }
    }

    private sealed record AliasChange(string Version);
}

/// <summary>The true classes of a request's examples: the body of <c>POST api/feedback</c>.</summary>
/// <param name="Model">The model that was asked.</param>
/// <param name="Labels">The true class of each example of the request.</param>
public sealed record Feedback(string Model, IReadOnlyList<long> Labels)
{
    /// <summary>The request's id, as its response gave it: 1 to 1024 characters. Known for the latest 100,000 requests of each instance, of 256 examples at most.</summary>
    public string? Id { get; init; }

    /// <summary>Instead of an id: the <c>model_version</c> that the response named.</summary>
    public string? Version { get; init; }

    /// <summary>Instead of an id: the <c>route</c> that the response named.</summary>
    public string? Route { get; init; }

    /// <summary>Instead of an id: the classes that were predicted.</summary>
    public IReadOnlyList<long>? Predicted { get; init; }
}
