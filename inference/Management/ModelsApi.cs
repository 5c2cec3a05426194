using System.Globalization;
using System.Text.Json;
using Azure;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Json;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Management;

/// <summary>Models, aliases, traffic rules and experiments over HTTP. Errors are problem details (RFC 9457); changes go under ETags.</summary>
public sealed class ModelsApi
{
    private const int MaxBody = 1 << 20;
    private const int MaxId = 1024;

    private readonly ModelRegistry registry;
    private readonly TrafficStore traffic;
    private readonly TrafficCheck check;
    private readonly ModelCatalog catalog;
    private readonly ExperimentLog experiments;
    private readonly FeedbackMatcher matcher;
    private readonly PrometheusMetrics metrics;
    private readonly ILogger<ModelsApi> logger;

    internal ModelsApi(
        ModelRegistry registry, TrafficStore traffic, TrafficCheck check, ModelCatalog catalog, ExperimentLog experiments, FeedbackMatcher matcher,
        PrometheusMetrics metrics, ILogger<ModelsApi> logger)
    {
        this.registry = registry;
        this.traffic = traffic;
        this.check = check;
        this.catalog = catalog;
        this.experiments = experiments;
        this.matcher = matcher;
        this.metrics = metrics;
        this.logger = logger;
    }

    /// <summary><c>GET api/models</c></summary>
    public Task ListAsync(HttpContext context) => AnswerAsync(context, async cancellationToken =>
        await WriteAsync(context, 200, new { models = await registry.ListModelsAsync(cancellationToken) }));

    /// <summary><c>GET api/models/{model}</c>: versions, aliases (with their ETag) and what keeps a change from being served.</summary>
    public Task GetAsync(HttpContext context, string model) => AnswerAsync(context, async cancellationToken =>
    {
        IReadOnlyList<string> versions = await registry.ListVersionsAsync(model, cancellationToken);
        ModelAliases aliases = await registry.GetAliasesAsync(model, cancellationToken);
        if (versions.Count == 0 && aliases.Versions.Count == 0)
        {
            throw ModelNotFoundException.Model(model);
        }

        ModelState state = await catalog.GetAsync(model, cancellationToken);
        SetETag(context, aliases.ETag);
        await WriteAsync(context, 200, new { model, versions, aliases = aliases.Versions, serving = state.Aliases, problem = state.Problem });
    });

    /// <summary><c>GET api/models/{model}/versions/{version}</c>: the version's manifest.</summary>
    public Task GetVersionAsync(HttpContext context, string model, string version) => AnswerAsync(context, async cancellationToken =>
        await WriteAsync(context, 200, await registry.GetAsync(model, version, cancellationToken)));

    /// <summary><c>PUT api/models/{model}/aliases/{alias}</c> with <c>{"version": "3"}</c>; <c>If-Match</c> guards the change. <c>DELETE</c> removes the alias.</summary>
    public Task SetAliasAsync(HttpContext context, string model, string alias) => AnswerAsync(context, async cancellationToken =>
    {
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
    });

    /// <summary><c>GET api/models/{model}/traffic</c>: the rules and, where there are any, their ETag.</summary>
    public Task GetTrafficAsync(HttpContext context, string model) => AnswerAsync(context, async cancellationToken =>
    {
        (TrafficRules rules, ETag etag) = await traffic.GetAsync(model, cancellationToken);
        SetETag(context, etag);
        await WriteAsync(context, 200, rules);
    });

    /// <summary>
    /// <c>PUT api/models/{model}/traffic</c>: new rules, with <c>If-Match</c> and the ETag of those that they replace, or <c>If-None-Match: *</c>
    /// where there are none yet. 428 without, 412 when somebody was faster.
    /// </summary>
    public Task PutTrafficAsync(HttpContext context, string model) => AnswerAsync(context, async cancellationToken =>
    {
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
    });

    /// <summary><c>GET api/models/{model}/experiments</c>: what each route and version has done, and the labels that were not counted.</summary>
    public Task ExperimentsAsync(HttpContext context, string model) => AnswerAsync(context, async cancellationToken =>
    {
        ModelNames.Model(model);
        int pending = await matcher.SweepAsync(model, cancellationToken);
        ExperimentCounts results = await experiments.ReadAsync(model, cancellationToken);
        FeedbackCounts apart = results.Feedback;
        await WriteAsync(context, 200, new
        {
            model,
            feedback = new { pending, apart.Unmatched, apart.Rejected, apart.Repeated, apart.LatestRejection },
            arms = results.Arms.OrderBy(arm => arm.Route, StringComparer.Ordinal).ThenBy(arm => arm.Version, StringComparer.Ordinal).Select(arm => new
            {
                arm.Route,
                arm.Version,
                arm.Requests,
                arm.Errors,
                latencyMilliseconds = new { p50 = arm.Latency.Percentile(50), p95 = arm.Latency.Percentile(95), p99 = arm.Latency.Percentile(99) },
                shadow = arm.Route.StartsWith("shadow:", StringComparison.Ordinal)
                    ? new { arm.Compared, arm.Agreed, agreement = Ratio(arm.Agreed, arm.Compared), arm.MaxDifference, arm.Dropped }
                    : null,
                feedback = new { arm.Labelled, arm.Correct, accuracy = Ratio(arm.Correct, arm.Labelled) },
            }),
        });
    });

    /// <summary>
    /// <c>POST api/feedback</c>: the true classes of a request's examples. 202 where another instance answered the request: the labels wait
    /// in storage for it.
    /// </summary>
    public Task FeedbackAsync(HttpContext context) => AnswerAsync(context, async cancellationToken =>
    {
        Feedback feedback = await ReadAsync<Feedback>(context, cancellationToken);
        ModelNames.Model(feedback.Model);
        if (feedback.Labels.Count is < 1 or > 10_000)
        {
            throw InferenceException.Field("$.labels", "needs 1 to 10000 labels.");
        }

        await (feedback.Id is { } id ? FeedbackByIdAsync(context, feedback, id, cancellationToken) : FeedbackByPredictionAsync(context, feedback, cancellationToken));
    });

    private async Task FeedbackByIdAsync(HttpContext context, Feedback feedback, string id, CancellationToken cancellationToken)
    {
        if (id.Length is < 1 or > MaxId)
        {
            throw InferenceException.Field("$.id", $"needs 1 to {MaxId} characters.");
        }

        if (feedback.Labels.Count > PredictionLog.MaxRows)
        {
            throw InferenceException.Field("$.labels", $"has more than {PredictionLog.MaxRows} labels; larger requests are not remembered. Send version, route and predicted instead of id.");
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
            throw InferenceException.Field("$", "needs id, or else version, route and predicted with as many classes as labels.");
        }

        // The route and version must be ones that exist here, so that callers cannot fill the results with names of their own.
        if (!(await experiments.ReadAsync(feedback.Model, cancellationToken)).Arms.Any(arm => arm.Route == route && arm.Version == version))
        {
            throw new InferenceException(404, $"Model '{feedback.Model}' has no results of route '{route}' and version '{version}'.");
        }

        int correct = experiments.Label(feedback.Model, route, version, predicted, feedback.Labels);
        await WriteAsync(context, 200, new { counted = new[] { new { route, version, labels = feedback.Labels.Count, correct } } });
    }

    /// <summary><c>GET metrics</c>, in Prometheus's text format.</summary>
    public Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusMetrics.ContentType;
        return context.Response.WriteAsync(metrics.Collect(), context.RequestAborted);
    }

    private static double? Ratio(long part, long whole) => whole == 0 ? null : Math.Round((double)part / whole, 6);

    private static async Task<T> ReadAsync<T>(HttpContext context, CancellationToken cancellationToken)
        where T : class
    {
        if (context.Request.ContentLength > MaxBody)
        {
            throw new InferenceException(413, $"The body is larger than {MaxBody} bytes.");
        }

        using var body = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaxBody)
            {
                throw new InferenceException(413, $"The body is larger than {MaxBody} bytes.");
            }
        }

        return StrictJson.Read<T>(body.GetBuffer().AsMemory(0, (int)body.Length), RegistryJson.Options, out IReadOnlyList<JsonProblem> problems)
            ?? throw new InvalidDocumentException("The body cannot be used.", problems);
    }

    private async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task> answer)
    {
        try
        {
            await answer(context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception e)
        {
            (int status, string detail) = e switch
            {
                InvalidDocumentException => (400, e.Message),
                InferenceException known => (known.Status, known.Message),
                InvalidModelNameException name => (400, $"{name.Kind}: {name.Message}"),
                ModelNotFoundException => (404, e.Message),
                ModelConflictException => (412, e.Message),
                BadHttpRequestException bad => (bad.StatusCode, bad.Message),
                RequestFailedException or IOException => (503, "The model store cannot be reached. Try again."),
                _ => (500, "The server failed; its log says why."),
            };
            if (status >= 500)
            {
                logger.LogError(e, "{Method} {Path} was answered {Status}", context.Request.Method, context.Request.Path, status);
            }

            TimeSpan? retryAfter = (e as InferenceException)?.RetryAfter;
            int colon = detail.IndexOf(": ", StringComparison.Ordinal);
            IReadOnlyList<JsonProblem>? errors = (e as InvalidDocumentException)?.Problems
                ?? (status == 400 && detail.StartsWith('$') && colon > 0 ? [new(detail[..colon], detail[(colon + 2)..])] : null);
            await ProblemAsync(context, status, detail, errors, retryAfter);
        }
    }

    private static Task ProblemAsync(HttpContext context, int status, string detail, IReadOnlyList<JsonProblem>? errors, TimeSpan? retryAfter = null)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Clear();
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(
            context, status,
            new { type = "about:blank", title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), status, detail, errors },
            "application/problem+json");
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T body, string contentType = "application/json")
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, RegistryJson.Options);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json).AsTask();
    }

    private static void SetETag(HttpContext context, ETag etag)
    {
        if (etag != default)
        {
            context.Response.Headers.ETag = etag.ToString("H");
        }
    }

    private sealed record AliasChange(string Version);

    private sealed class InvalidDocumentException(string message, IReadOnlyList<JsonProblem> problems) : Exception(message)
    {
        public IReadOnlyList<JsonProblem> Problems => problems;
    }
}
