using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Activity: keeps what a run came to with the run's other blobs, where it outlives the task hub.</summary>
/// <param name="blobs">The data account.</param>
public sealed class WriteReport(BlobServiceClient blobs)
{
    /// <summary>Writes the report.</summary>
    /// <param name="input">The report.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(WriteReport))]
    public Task RunAsync([ActivityTrigger] WriteReportInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Report(input.RunId)).WriteJsonAsync(input.Report, cancellationToken);
    }
}
