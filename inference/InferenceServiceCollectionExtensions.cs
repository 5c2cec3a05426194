using Azure.Storage.Blobs;
using DurableMl.Inference.Endpoints;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;
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
            .Validate(o => o.MaxPendingFeedback is > 0 and <= 100_000, "Inference:MaxPendingFeedback must be 1 to 100000.")
            .Validate(o => o.CacheFolder.Length > 0, "Inference:CacheFolder must not be empty.");
        services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(InferenceMeter.Name, "System.Runtime").AddPrometheusExporter());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new ModelRegistry(provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => provider.GetRequiredService<IOptions<InferenceOptions>>().Value);
        services.TryAddSingleton(static _ => new PredictionLog(PredictionLog.DefaultCapacity));
        foreach (Type part in (Type[])[
            typeof(InferenceMeter), typeof(ModelFileCache), typeof(SessionCache), typeof(ModelCatalog), typeof(Ensemble), typeof(TrafficStore), typeof(TrafficCheck),
            typeof(CanaryKeeper), typeof(ExperimentLog), typeof(FeedbackMatcher), typeof(RouteExecutor), typeof(InferenceServer), typeof(OpenInferenceProtocol),
            typeof(ModelsApi), typeof(MetricsPage), typeof(Preloader), typeof(ExperimentKeeper), typeof(ShadowRunner), typeof(RequestLog)])
        {
            services.TryAddSingleton(part);
        }

        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<Preloader>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ExperimentKeeper>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ShadowRunner>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<RequestLog>());
        services.TryAddSingleton(static provider => new BatchScorer(provider.GetRequiredService<SessionCache>(), provider.GetRequiredService<ModelRegistry>()));
        services.TryAddSingleton(static provider =>
        {
            OnnxRuntimeEnvironment.EnsureCreated();
            return new InferenceEndpoints(
                provider.GetRequiredService<OpenInferenceProtocol>(), provider.GetRequiredService<ModelsApi>(), provider.GetRequiredService<MetricsPage>(),
                provider.GetRequiredService<InferenceOptions>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<InferenceEndpoints>>());
        });
        return services;
    }
}
