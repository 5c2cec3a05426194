using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;
using DurableMl.BatchJobs.Submission;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMl.Functions.Hosting;

/// <summary>Connects to the Batch account of the <c>Batch__*</c> settings. They are read when the first training starts: an app that only serves needs none.</summary>
public static class TrainingServices
{
    /// <summary>The setting that names another folder of training jobs than the one shipped with the app.</summary>
    private const string JobsFolder = "Jobs:Folder";

    /// <summary>Adds the Batch client, the jobs there are, and training on Batch.</summary>
    public static IServiceCollection AddDurableMlTraining(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services
            .AddSingleton(provider => Settings(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<JobCatalog>()))
            .AddSingleton(provider => BatchClientFactory.Create(provider.GetRequiredService<BatchSettings>()))
            .AddSingleton(provider => new JobCatalog(provider.GetRequiredService<IConfiguration>()[JobsFolder] is { Length: > 0 } folder ? folder : null))
            .AddSingleton<JobLibrary>()
            .AddSingleton(provider => new SasIssuer(provider.GetRequiredService<BlobServiceClient>(), TimeProvider.System))
            .AddSingleton<TrainingJobs>();
    }

    private static BatchSettings Settings(IConfiguration configuration, JobCatalog jobs) =>
        BatchSettings.From(name => configuration[name.Replace("__", ":", StringComparison.Ordinal)], jobs.Names);
}
