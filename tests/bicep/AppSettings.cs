using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;

namespace Bicep.Tests;

/// <summary>Who reads a setting.</summary>
public enum Reader
{
    /// <summary>Code of this repository.</summary>
    App,

    /// <summary>The Functions host, its extensions, or a library of Microsoft's.</summary>
    Platform,
}

/// <summary>When a deployment sets a setting.</summary>
public enum SetBy
{
    /// <summary>Every deployment.</summary>
    Always,

    /// <summary>A deployment with the Durable Task Scheduler.</summary>
    Scheduler,

    /// <summary>A deployment with a dedicated pool.</summary>
    DedicatedPool,

    /// <summary>No deployment; the reason says why.</summary>
    Never,
}

/// <summary>A setting of the Functions app.</summary>
/// <param name="Name">As it is in the environment.</param>
/// <param name="Reader">Who reads it.</param>
/// <param name="SetBy">When it is set.</param>
/// <param name="Reason">What it is read for, or why it is not set.</param>
public sealed record AppSetting(string Name, Reader Reader, SetBy SetBy, string Reason)
{
    /// <summary>Every setting there is. Tests hold it against what the app reads, and against what the deployment sets.</summary>
    public static IReadOnlyList<AppSetting> All { get; } =
    [
        new("AZURE_CLIENT_ID", Reader.Platform, SetBy.Always, "Azure.Identity: which identity to sign in with."),
        new("AzureWebJobsStorage__credential", Reader.Platform, SetBy.Always, "The host's own account."),
        new("AzureWebJobsStorage__clientId", Reader.Platform, SetBy.Always, "The host's own account."),
        new("AzureWebJobsStorage__blobServiceUri", Reader.Platform, SetBy.Always, "The host's own account."),
        new("AzureWebJobsStorage__queueServiceUri", Reader.Platform, SetBy.Always, "The host's own account."),
        new("AzureWebJobsStorage__tableServiceUri", Reader.Platform, SetBy.Always, "The host's own account."),
        new("DataStorage", Reader.App, SetBy.Never, "A connection string holds a key; the URI beside it takes its place."),
        new("DataStorage__blobServiceUri", Reader.App, SetBy.Always, "The data account, for the app and its blob triggers."),
        new("DataStorage__queueServiceUri", Reader.Platform, SetBy.Always, "The blob triggers' queue of poisonous blobs, and messages of workflows."),
        new("DataStorage__credential", Reader.Platform, SetBy.Always, "The blob triggers' sign-in."),
        new("DataStorage__clientId", Reader.Platform, SetBy.Always, "The blob triggers' sign-in."),
        new("APPLICATIONINSIGHTS_CONNECTION_STRING", Reader.App, SetBy.Always, "Where telemetry goes."),
        new("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", Reader.App, SetBy.Always, "That telemetry is sent with an Entra sign-in; the host reads it too."),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", Reader.App, SetBy.Never, "For a collector; in Azure telemetry goes to Application Insights."),
        new("WEBSITE_AUTH_ENABLED", Reader.App, SetBy.Never, "App Service sets it where sign-in is on."),
        new("Batch__AccountUrl", Reader.App, SetBy.Always, "Where training runs."),
        new("Batch__AccountName", Reader.App, SetBy.Never, "Is needed with a key only."),
        new("Batch__AccountKey", Reader.App, SetBy.Never, "The account takes no keys."),
        new("Batch__PoolId", Reader.App, SetBy.Always, "The spot pool."),
        new("Batch__DedicatedPoolId", Reader.App, SetBy.DedicatedPool, "Where trials go after too many preemptions."),
        new("Batch__ContainerImage", Reader.App, SetBy.Always, "The image of jobs without one."),
        .. new JobCatalog().Names.Select(job => new AppSetting(BatchSettings.ContainerImageSetting(job), Reader.App, SetBy.Always, $"The image of {job}.")),
        new("Batch__Threads", Reader.App, SetBy.Never, "A node has one task slot, so a trial takes all of its cores."),
        new("Runs__KeepHistoryDays", Reader.App, SetBy.Always, "How long Durable Functions keeps what is over."),
        new("Jobs__Folder", Reader.App, SetBy.Never, "The jobs come with the app."),
        new("Workflows__Functions__0", Reader.App, SetBy.Never, "Which activities workflows may call is the app's own affair."),
        new("Workflows__Resources__0", Reader.App, SetBy.Never, "Definitions that come from elsewhere bring their own names."),
        new("Workflows__HttpEndpoints__0", Reader.App, SetBy.Never, "Workflows may send requests nowhere unless somebody lets them."),
        new("Workflows__Queues__0", Reader.App, SetBy.Never, "Workflows may send messages nowhere unless somebody lets them."),
        new("Workflows__JobDefinitions__0", Reader.App, SetBy.Never, "Workflows may run no commands on nodes unless somebody lets them."),
        new("Workflows__JobQueues__0", Reader.App, SetBy.Never, "Definitions that come from elsewhere bring their own names."),
        new("Workflows__TrainingImages__0", Reader.App, SetBy.Never, "Definitions that come from elsewhere bring their own names."),
        new("Workflows__ContainerJobs__0", Reader.App, SetBy.Never, "The deployment has no container jobs."),
        new("Workflows__ResourceManager", Reader.App, SetBy.Never, "The default is Azure's."),
        new("Workflows__ResourceManagerKey", Reader.App, SetBy.Never, "For a stand-in on one machine; in Azure the app's identity signs in."),
        new("Inference__MaxMemoryBytes", Reader.App, SetBy.Always, "Follows the instance's memory."),
        new("Inference__MaxRequestMemoryBytes", Reader.App, SetBy.Always, "Follows the instance's memory."),
        new("Inference__MaxRequestBytes", Reader.App, SetBy.Always, "Follows the instance's memory."),
        new("Inference__MaxModelBytes", Reader.App, SetBy.Always, "Follows the instance's memory."),
        new("Inference__MaxDiskBytes", Reader.App, SetBy.Always, "Follows the instance's disk."),
        new("Inference__CacheFolder", Reader.App, SetBy.Never, "The temporary folder is right."),
        new("Inference__PackageFolder", Reader.App, SetBy.Never, "No model is in the package unless you put it there."),
        new("Inference__MaxRequestSeconds", Reader.App, SetBy.Never, "The default is right."),
        new("Inference__RefreshSeconds", Reader.App, SetBy.Never, "The default is right."),
        new("Inference__Preload", Reader.App, SetBy.Never, "Which models there are is not known when the app is deployed."),
        new("DURABLE_TASK_SCHEDULER_CONNECTION_STRING", Reader.Platform, SetBy.Scheduler, "Where the scheduler is, and how to sign in to it."),
        new("AzureFunctionsJobHost__extensions__durableTask__hubName", Reader.Platform, SetBy.Scheduler, "Goes before host.json."),
        new("AzureFunctionsJobHost__extensions__durableTask__storageProvider__type", Reader.Platform, SetBy.Scheduler, "Goes before host.json."),
        new("AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName", Reader.Platform, SetBy.Scheduler, "Goes before host.json."),
    ];

    /// <summary>What is wrong with the settings that a deployment sets.</summary>
    /// <param name="set">The settings.</param>
    /// <param name="scheduler">Whether the deployment has a Durable Task Scheduler.</param>
    /// <param name="dedicatedPool">Whether it has a dedicated pool.</param>
    public static IReadOnlyList<string> Check(IReadOnlyList<string> set, bool scheduler, bool dedicatedPool)
    {
        HashSet<string> wanted =
        [
            .. All.Where(setting => setting.SetBy switch
            {
                SetBy.Always => true,
                SetBy.Scheduler => scheduler,
                SetBy.DedicatedPool => dedicatedPool,
                _ => false,
            }).Select(setting => setting.Name),
        ];
        return
        [
            .. wanted.Except(set, StringComparer.Ordinal).Select(name => $"{name} is read and not set"),
            .. set.Except(wanted, StringComparer.Ordinal).Select(name => $"{name} is set and nobody reads it"),
        ];
    }
}
