using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Serving;

/// <summary>Answers inference requests, over whatever protocol they came: which version, by which route, from which session.</summary>
internal sealed class InferenceServer(
    ModelCatalog catalog, SessionCache sessions, RouteExecutor routes, ModelRegistry registry, Preloader preloader, InferenceOptions options, TimeProvider time)
{
    public const string Name = "durableml";

    /// <summary>What it understands beyond the protocol's core.</summary>
    public static readonly string[] Extensions = ["binary_tensor_data", "classification", "model_configuration", "statistics"];

    public static string Version => typeof(InferenceServer).Assembly.GetName().Version?.ToString(3) ?? "0";

    private volatile bool draining;

    /// <summary>Whether the models to preload are in memory and the process is not about to end.</summary>
    public bool IsReady => preloader.IsReady && !draining;

    /// <summary>Not ready any more, so that load balancers send requests elsewhere; those that come are answered.</summary>
    public void Drain() => draining = true;

    /// <summary>The answer of the version or alias asked for, or, without one, of whatever the model's traffic rules choose.</summary>
    public async Task<InferResponse> InferAsync(string model, string? version, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        if (request.TimeoutMicroseconds > 0)
        {
            using var own = new CancellationTokenSource(TimeSpan.FromMicroseconds(Math.Min(request.TimeoutMicroseconds, options.MaxRequestSeconds * 1e6)), time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(own.Token, cancellationToken);
            request.TimeoutMicroseconds = 0;
            return await InferAsync(model, version, request, headers, both.Token);
        }

        InferResponse response = await RunAsync(model, version, request, headers, cancellationToken);
        try
        {
            // Behind routes and experiments, which compare what the networks say.
            request.Transform?.ToAnswer(request, response.Outputs);
            return request is { Transform: null, NullText: { } refusal } ? throw refusal : response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>A model's inputs, outputs and versions.</summary>
    public async Task<ModelMetadata> MetadataAsync(string model, string? version, CancellationToken cancellationToken)
    {
        using ModelLease lease = await AcquireAsync(model, version, cancellationToken);
        ModelSession session = lease.Model.Session;
        BatchingEvidence batching = lease.Model.Batching;
        return new(
            model, await registry.ListVersionsAsync(model, cancellationToken), ModelConfiguration.Platform, session.Inputs, session.Outputs,
            new Dictionary<string, string> { ["batch_across_callers"] = batching.AcrossCallers ? "true" : "false", ["batch_evidence"] = batching.Because })
        {
            Signature = lease.Model.Transform?.Signature,
        };
    }

    /// <summary>A version as Triton's model configuration describes it.</summary>
    public async Task<ModelConfiguration> ConfigurationAsync(string model, string? version, CancellationToken cancellationToken)
    {
        using ModelLease lease = await AcquireAsync(model, version, cancellationToken);
        return lease.Model.Configuration;
    }

    /// <summary>What versions have done since this process loaded them: the one asked for, all of a model that it has in memory, or, without a model, all of all.</summary>
    public async Task<IReadOnlyList<ModelStatistics>> StatisticsAsync(string? model, string? version, CancellationToken cancellationToken)
    {
        if (model is null)
        {
            return sessions.Statistics(null);
        }

        using ModelLease lease = await AcquireAsync(model, version, cancellationToken);
        return version is null ? sessions.Statistics(model) : [lease.Model.Metrics.Statistics];
    }

    /// <summary>Every version of every model. Each can answer: it is loaded when it is asked for.</summary>
    public async Task<IReadOnlyList<(string Model, string Version)>> IndexAsync(CancellationToken cancellationToken)
    {
        var index = new List<(string, string)>();
        foreach (string model in await registry.ListModelsAsync(cancellationToken))
        {
            index.AddRange((await registry.ListVersionsAsync(model, cancellationToken)).Select(version => (model, version)));
        }

        return index;
    }

    /// <summary>The version asked for, or the champion, in memory.</summary>
    public async Task<ModelLease> AcquireAsync(string model, string? version, CancellationToken cancellationToken)
    {
        if (!ModelNames.IsVersion(version))
        {
            return await catalog.AcquireAsync(await catalog.GetAsync(model, cancellationToken), new(version ?? ModelAliases.Champion), cancellationToken);
        }

        ModelLease lease = await sessions.AcquireAsync(ModelNames.Model(model), version!, cancellationToken);
        catalog.Watch(model);
        return lease;
    }

    private async Task<InferResponse> RunAsync(string model, string? version, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        string route = "version";
        if (version is null)
        {
            ModelState state = await catalog.GetAsync(model, cancellationToken);
            if (state.Traffic.Rules != TrafficRules.Default)
            {
                return await routes.ExecuteAsync(state, request, headers, cancellationToken);
            }

            // No experiment: nothing to count or copy.
            route = ModelAliases.Champion;
        }

        using ModelLease lease = await AcquireAsync(model, version, cancellationToken);
        return new(model, lease.Model.Manifest.Version, route, await lease.Model.InferAsync(request, cancellationToken));
    }
}

/// <summary>A model's description, in the protocol's words.</summary>
/// <param name="Name">The model.</param>
/// <param name="Versions">Its versions, oldest first.</param>
/// <param name="Platform">What runs it.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
/// <param name="Properties">Whether requests of different callers share runs, and why.</param>
public sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>The columns that it takes and what it makes of them, for a version with a transform.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelSignature? Signature { get; init; }
}
