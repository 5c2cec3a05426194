using Azure;
using Azure.Compute.Batch;
using Azure.Identity;

namespace DurableMl.BatchJobs.Client;

/// <summary>Makes the Batch client that the settings ask for.</summary>
public static class BatchClientFactory
{
    /// <summary>With a shared key where there is one, else with <see cref="DefaultAzureCredential"/>.</summary>
    public static BatchClient Create(BatchSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.AccountKey is { } key
            ? new BatchClient(settings.AccountUrl, new AzureNamedKeyCredential(settings.AccountName!, key))
            : new BatchClient(settings.AccountUrl, new DefaultAzureCredential());
    }
}
