using Azure.Identity;
using Azure.Storage.Queues;
using DurableMl.Orchestrations.Deletion;
using DurableMl.Orchestrations.Preprocessing.Sources;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Schedules;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Reports;
using DurableMl.Orchestrations.Telemetry;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Orchestrations.Workflows.Targets;
using Microsoft.Extensions.Configuration;
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
        services.TryAddSingleton<SweepReportReader>();
        services.TryAddSingleton<WarmStart>();
        services.TryAddSingleton<HistoryPurge>();
        services.TryAddSingleton<DataUses>();
        services.TryAddSingleton<RunDeletion>();
        services.TryAddSingleton<DatasetDeletion>();
        services.AddOptions<SourceOptions>().BindConfiguration(SourceOptions.Section);
        services.TryAddSingleton<WebFiles>();
        services.AddOptions<WorkflowOptions>().BindConfiguration(WorkflowOptions.Section);
        services.TryAddSingleton(static provider => new WorkflowResources(provider.GetRequiredService<IOptions<WorkflowOptions>>().Value));
        services.TryAddSingleton<WorkflowStore>();
        services.TryAddSingleton<ExecutionStarter>();
        services.TryAddSingleton<ExecutionLog>();
        services.TryAddSingleton<WaitingTasks>();
        services.TryAddSingleton<ScheduleStore>();
        services.TryAddSingleton<RemoteJobServices>();
        services.TryAddSingleton<BatchTasks>();
        services.TryAddSingleton<ContainerJobs>();
        services.TryAddTransient<PublishModel>();
        services.TryAddSingleton(static provider => DataQueues(provider.GetRequiredService<IConfiguration>()));
        return services;
    }

    // In base64, as queue triggers expect messages.
    private static QueueServiceClient DataQueues(IConfiguration configuration)
    {
        var encoding = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        return configuration["DataStorage"] is { Length: > 0 } connectionString ? new QueueServiceClient(connectionString, encoding)
            : Uri.TryCreate(configuration["DataStorage:queueServiceUri"], UriKind.Absolute, out Uri? account) ? new QueueServiceClient(account, new DefaultAzureCredential(), encoding)
            : throw new InvalidOperationException("The setting DataStorage is missing: give a connection string, or DataStorage__queueServiceUri to use the managed identity.");
    }
}
