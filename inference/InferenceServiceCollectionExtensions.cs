using Azure.Storage.Blobs;
using DurableMl.Inference.Caching;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Management;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Scoring;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMl.Inference;

/// <summary>Registers what serves models.</summary>
public static class InferenceServiceCollectionExtensions
{
    /// <summary>
    /// Adds the model registry and the inference server, configured by the section <see cref="InferenceOptions.Section"/>. Needs a
    /// <see cref="BlobServiceClient"/> for the account with the <c>models</c> container, and an <see cref="IConfiguration"/>.
    /// </summary>
    public static IServiceCollection AddInference(this IServiceCollection services)
    {
        services.AddLogging();
        services.AddOptions<InferenceOptions>().BindConfiguration(InferenceOptions.Section)
            .Validate(o => o.MaxRequestBytes is > 0 and <= 1 << 30, "Inference:MaxRequestBytes must be 1 to 1073741824.")
            .Validate(o => o.MaxRequestMemoryBytes >= 4L * o.MaxRequestBytes, "Inference:MaxRequestMemoryBytes must be at least four times MaxRequestBytes: what one request may take up with its decoded tensors.")
            .Validate(o => o.RefreshSeconds is > 0 and <= 60 && o.MaxRequestSeconds is > 0 and <= 3600, "Inference:RefreshSeconds must be above 0 and at most 60, MaxRequestSeconds at most 3600.")
            .Validate(o => o.MaxPendingFeedback is > 0 and <= 100_000, "Inference:MaxPendingFeedback must be 1 to 100000.")
            .Validate(o => o.CacheFolder.Length > 0, "Inference:CacheFolder must not be empty.");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ModelRegistry(provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<InferenceOptions>>().Value);
        services.TryAddSingleton<InferenceMeter>();
        services.TryAddSingleton<ModelFileCache>();
        services.TryAddSingleton<SessionCache>();
        services.TryAddSingleton<ModelCatalog>();
        services.TryAddSingleton<Ensemble>();
        services.TryAddSingleton<TrafficStore>();
        services.TryAddSingleton<TrafficCheck>();
        services.TryAddSingleton<CanaryKeeper>();
        services.TryAddSingleton(_ => new PredictionLog(PredictionLog.DefaultCapacity));
        services.TryAddSingleton<ExperimentStore>();
        services.TryAddSingleton<ExperimentLog>();
        services.TryAddSingleton<PendingFeedback>();
        services.TryAddSingleton<FeedbackMatcher>();
        services.TryAddSingleton<ExperimentKeeper>();
        services.TryAddSingleton<ShadowRunner>();
        services.TryAddSingleton<RouteExecutor>();
        services.TryAddSingleton<InferenceServer>();
        services.TryAddSingleton<Preloader>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Preloader>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ExperimentKeeper>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ShadowRunner>());
        services.TryAddSingleton(provider => new BatchScorer(provider.GetRequiredService<SessionCache>(), provider.GetRequiredService<ModelRegistry>()));
        services.TryAddSingleton<PrometheusMetrics>();
        services.TryAddSingleton(provider => new ModelsApi(
            provider.GetRequiredService<ModelRegistry>(), provider.GetRequiredService<TrafficStore>(), provider.GetRequiredService<TrafficCheck>(),
            provider.GetRequiredService<ModelCatalog>(), provider.GetRequiredService<ExperimentLog>(), provider.GetRequiredService<FeedbackMatcher>(),
            provider.GetRequiredService<PrometheusMetrics>(),
            provider.GetRequiredService<ILogger<ModelsApi>>()));
        services.TryAddSingleton(provider =>
        {
            OnnxRuntimeEnvironment.EnsureCreated();
            // From the first request on, not from the first look at /metrics.
            provider.GetRequiredService<PrometheusMetrics>();
            return new OpenInferenceProtocol(
                provider.GetRequiredService<InferenceServer>(), provider.GetRequiredService<ModelRegistry>(), provider.GetRequiredService<Preloader>(),
                provider.GetRequiredService<InferenceOptions>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<OpenInferenceProtocol>>());
        });
        return services;
    }
}
