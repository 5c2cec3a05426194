using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What a run keeps of itself in blobs, where it outlives its history.</summary>
/// <param name="blobs">The data account.</param>
internal sealed class RunRecords(BlobServiceClient blobs)
{
    private readonly BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);

    /// <summary>What the run came to; null where it has not ended.</summary>
    public Task<RunOutput?> ReportAsync(string runId, CancellationToken cancellationToken) => runs.GetBlobClient(RunBlobs.Report(runId)).ReadJsonAsync<RunOutput>(cancellationToken);

    /// <summary>The run's pipeline; null where there is no such run.</summary>
    public async Task<PipelineDefinition?> PipelineAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            BinaryData json = (await runs.GetBlobClient(RunBlobs.Pipeline(runId)).DownloadContentAsync(cancellationToken)).Value.Content;

            // As the user wrote it, or, where the run did not come through the API, as the run itself kept it.
            return PipelineReader.Read(json.ToMemory()).Definition ?? json.ToObjectFromJson<PipelineDefinition>(JsonBlobs.Options);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
