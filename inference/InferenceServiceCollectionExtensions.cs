using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace DurableMl.Inference;

/// <summary>Registers what serves models.</summary>
public static class InferenceServiceCollectionExtensions
{
    /// <summary>
    /// Adds the model registry and the inference server, configured by the section <see cref="InferenceOptions.Section"/>. Needs a
    /// <see cref="BlobServiceClient"/> for the account with the <c>models</c> container, and an <see cref="IConfiguration"/>.
    /// <see cref="InferenceEndpoints"/> answers its requests.
    /// </summary>
    public static IServiceCollection AddInference(this IServiceCollection services)
    {
        services.AddLogging();
        services.AddOptions<InferenceOptions>().BindConfiguration(InferenceOptions.Section)
            .Validate(o => o.MaxRequestBytes is > 0 and <= 1 << 30, "Inference:MaxRequestBytes must be 1 to 1073741824.")
            .Validate(o => o.MaxRequestMemoryBytes >= 4L * o.MaxRequestBytes, "Inference:MaxRequestMemoryBytes must be at least four times MaxRequestBytes: what one request may take up with its decoded tensors.")
            .Validate(o => o.RefreshSeconds is > 0 and <= 60 && o.MaxRequestSeconds is > 0 and <= 3600, "Inference:RefreshSeconds must be above 0 and at most 60, MaxRequestSeconds at most 3600.")
            .Validate(o => o.CacheFolder.Length > 0, "Inference:CacheFolder must not be empty.");
        services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(InferenceMeter.Name, "System.Runtime").AddPrometheusExporter());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new ModelRegistry(provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => provider.GetRequiredService<IOptions<InferenceOptions>>().Value);
        services.TryAddSingleton(static _ => new PredictionLog(PredictionLog.DefaultCapacity));
        foreach (Type part in (Type[])[
            typeof(InferenceMeter), typeof(ModelFileCache), typeof(SessionCache), typeof(TrafficCheck), typeof(CanaryKeeper), typeof(ExperimentLog), typeof(LabelLog),
            typeof(RouteExecutor), typeof(InferenceServer), typeof(OpenInferenceProtocol), typeof(ModelDeletion), typeof(ModelsApi), typeof(MetricsPage)])
        {
            services.TryAddSingleton(part);
        }

        AddBackground<ModelCatalog>(services);
        AddBackground<Preloader>(services);
        AddBackground<ExperimentKeeper>(services);
        AddBackground<ShadowRunner>(services);
        AddBackground<RequestLog>(services);
        services.TryAddSingleton(static provider => new BatchScorer(provider.GetRequiredService<SessionCache>()));
        services.TryAddSingleton(static provider =>
        {
            OnnxRuntimeEnvironment.EnsureCreated();
            return new InferenceEndpoints(
                provider.GetRequiredService<OpenInferenceProtocol>(), provider.GetRequiredService<ModelsApi>(), provider.GetRequiredService<MetricsPage>(),
                provider.GetRequiredService<InferenceOptions>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<InferenceEndpoints>>());
        });
        return services;
    }

    private static void AddBackground<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.TryAddSingleton<T>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<T>());
    }
}
