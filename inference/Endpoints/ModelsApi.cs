using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Azure;
using Microsoft.AspNetCore.Http;
using static DurableMl.Inference.Endpoints.InferenceEndpoints;

namespace DurableMl.Inference.Endpoints;

/// <summary>Models, aliases, traffic rules and experiments over HTTP. Changes go under ETags.</summary>
internal sealed class ModelsApi(
    ModelRegistry registry, TrafficStore traffic, TrafficCheck check, ModelCatalog catalog, ExperimentLog experiments, FeedbackMatcher matcher, InferenceServer server)
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
        (TrafficRules rules, ETag etag) = await traffic.GetAsync(model, cancellationToken);
        SetETag(context, etag);
        await WriteAsync(context, 200, rules);
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

        ETag replaced = await traffic.TryReplaceAsync(model, rules, current, cancellationToken)
            ?? throw new ModelConflictException("The traffic rules were changed by someone else. Read them again and repeat the change.");
        await catalog.RefreshAsync(model, cancellationToken);
        SetETag(context, replaced);
        await WriteAsync(context, 200, rules);
    }

    /// <summary><c>GET api/models/{model}/experiments</c>: what each route and version has done, and the labels that were not counted.</summary>
    public async Task ExperimentsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        string model = Part(context, "model");
        ModelNames.Model(model);
        int pending = await matcher.SweepAsync(model, cancellationToken);
        ExperimentCounts results = await experiments.ReadAsync(model, cancellationToken);
        FeedbackCounts apart = results.Feedback;
        await WriteAsync(context, 200, new
        {
            model,
            feedback = new { pending, apart.Unmatched, apart.Rejected, apart.Repeated, apart.LatestRejection },
            arms = results.Arms.Select(arm => new
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
    /// <c>POST api/feedback</c>: the true classes of a request's examples. 202 where another instance answered the request: the labels wait
    /// in storage for it.
    /// </summary>
    public async Task FeedbackAsync(HttpContext context, CancellationToken cancellationToken)
    {
        Feedback feedback = await ReadAsync<Feedback>(context, cancellationToken);
        ModelNames.Model(feedback.Model);
        if (feedback.Labels.Count is < 1 or > 10_000)
        {
            throw new InvalidDocumentException("The body cannot be used.", [new("$.labels", "needs 1 to 10000 labels.")]);
        }

        await (feedback.Id is { } id ? FeedbackByIdAsync(context, feedback, id, cancellationToken) : FeedbackByPredictionAsync(context, feedback, cancellationToken));
    }

    private async Task FeedbackByIdAsync(HttpContext context, Feedback feedback, string id, CancellationToken cancellationToken)
    {
        if (id.Length is < 1 or > MaxId)
        {
            throw new InvalidDocumentException("The body cannot be used.", [new("$.id", $"needs 1 to {MaxId} characters.")]);
        }

        if (feedback.Labels.Count > PredictionLog.MaxRows)
        {
            throw new InvalidDocumentException("The body cannot be used.", [new("$.labels", $"has more than {PredictionLog.MaxRows} labels; larger requests are not remembered. Send version, route and predicted instead of id.")]);
        }

        if (matcher.Label(feedback.Model, id, feedback.Labels) is { } counted)
        {
            await WriteAsync(context, 200, new { counted = counted.Select(c => new { c.Route, c.Version, labels = feedback.Labels.Count, c.Correct }) });
            return;
        }

        // Without rules nothing is remembered of a model's requests, on no instance.
        if ((await catalog.GetAsync(feedback.Model, cancellationToken)).Traffic.Rules == TrafficRules.Default)
        {
            throw new InferenceException(404, $"Model '{feedback.Model}' has no traffic rules, so that its requests are not remembered. Put rules at api/models/{feedback.Model}/traffic first.");
        }

        await matcher.StoreAsync(feedback.Model, id, feedback.Labels, cancellationToken);
        await WriteAsync(context, 202, new
        {
            pending = true,
            detail = $"Request '{id}' was not answered here. Its labels wait for the instance that answered it, and api/models/{feedback.Model}/experiments shows them within seconds; unmatched there if none knows the request within an hour.",
        });
    }

    private async Task FeedbackByPredictionAsync(HttpContext context, Feedback feedback, CancellationToken cancellationToken)
    {
        if (feedback is not { Route: { Length: <= 128 } route, Version: { Length: <= 128 } version, Predicted: { } predicted } || predicted.Count != feedback.Labels.Count)
        {
            throw new InvalidDocumentException("The body cannot be used.", [new("$", "needs id, or else version, route and predicted with as many classes as labels.")]);
        }

        // The route and version must be ones that exist here, so that callers cannot fill the results with names of their own.
        if (!(await experiments.ReadAsync(feedback.Model, cancellationToken)).Arms.Any(arm => arm.Route == route && arm.Version == version))
        {
            throw new InferenceException(404, $"Model '{feedback.Model}' has no results of route '{route}' and version '{version}'.");
        }

        int correct = experiments.Label(feedback.Model, route, version, predicted, feedback.Labels);
        await WriteAsync(context, 200, new { counted = new[] { new { route, version, labels = feedback.Labels.Count, correct } } });
    }

    private static double? Ratio(long part, long whole) => whole == 0 ? null : Math.Round((double)part / whole, 6);

    private static ServingOptions Merge(ServingOptions current, Dictionary<string, JsonElement> patch)
    {
        Dictionary<string, JsonElement> defaults = Members(new());
        Dictionary<string, JsonElement> merged = Members(current);
        foreach ((string name, JsonElement value) in patch)
        {
            merged[name] = value.ValueKind == JsonValueKind.Null && defaults.TryGetValue(name, out JsonElement usual) ? usual : value;
        }

        return ServingOptions.Read(JsonSerializer.SerializeToElement(merged), "$", out IReadOnlyList<JsonProblem> problems)
            ?? throw new InvalidDocumentException("The serving options cannot be used.", problems);

        static Dictionary<string, JsonElement> Members(ServingOptions options) =>
            new(JsonSerializer.SerializeToElement(options, JsonSerializerOptions.Web).Deserialize<Dictionary<string, JsonElement>>()!, StringComparer.OrdinalIgnoreCase);
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, CancellationToken cancellationToken)
        where T : class => Read<T>(await ReadBodyAsync(context, cancellationToken));

    private static T Read<T>(ReadOnlyMemory<byte> json)
        where T : class =>
        StrictJson.Read<T>(json, RegistryJson.Options, out IReadOnlyList<JsonProblem> problems) ?? throw new InvalidDocumentException("The body cannot be used.", problems);

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        PipeReader reader = context.Request.BodyReader;
        ReadOnlySequence<byte> body = (await reader.ReadAtLeastAsync(MaxBody + 1, cancellationToken)).Buffer;
        byte[]? json = body.Length > MaxBody ? null : body.ToArray();
        reader.AdvanceTo(body.End);
        return json ?? throw new InferenceException(413, $"The body is larger than {MaxBody} bytes.");
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
