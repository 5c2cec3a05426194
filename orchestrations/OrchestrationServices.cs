using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Telemetry;
using DurableMl.Orchestrations.Workflows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations;

/// <summary>Registers what the orchestrations need.</summary>
public static class OrchestrationServices
{
    /// <summary>
    /// Adds the orchestrations' services. Needs a <c>BlobServiceClient</c> for the data account, the model registry and the training jobs.
    /// </summary>
    public static IServiceCollection AddDurableMlOrchestrations(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PipelineMeter>();
        services.TryAddSingleton<RunStarter>();
        services.TryAddSingleton<UploadedPipelines>();
        services.TryAddSingleton<RunResumer>();
        services.TryAddSingleton<RunIndex>();
        services.TryAddSingleton<HistoryPurge>();
        services.AddOptions<WorkflowOptions>().BindConfiguration(WorkflowOptions.Section);
        services.TryAddSingleton(static provider => new WorkflowResources(provider.GetRequiredService<IOptions<WorkflowOptions>>().Value));
        services.TryAddSingleton<WorkflowStore>();
        services.TryAddSingleton<ExecutionStarter>();
        services.TryAddSingleton<ExecutionLog>();
        services.TryAddSingleton<WaitingTasks>();
        return services;
    }
}
