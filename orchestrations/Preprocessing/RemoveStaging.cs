using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Activity: removes what a run had prepared before the dataset's version was known.</summary>
/// <param name="blobs">The data account.</param>
public sealed class RemoveStaging(BlobServiceClient blobs)
{
    private const int Parallel = 8;

    /// <summary>Removes it, if there is something.</summary>
    /// <param name="input">The run and its dataset.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(RemoveStaging))]
    public async Task RunAsync([ActivityTrigger] PlanDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        string prefix = DatasetBlobs.Staging(input.Dataset.Name, input.RunId);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (blob, token) => await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: token));
    }
}
