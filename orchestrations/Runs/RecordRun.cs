using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Activity: keeps the pipeline with the run and checks it against the jobs there are. A run that came through the Durable HTTP API was not checked before.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="jobs">The jobs there are.</param>
public sealed class RecordRun(BlobServiceClient blobs, JobCatalog jobs)
{
    /// <summary>Records the run.</summary>
    /// <param name="input">The run.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The pipeline cannot be run.</exception>
    [Function(nameof(RecordRun))]
    public async Task RunAsync([ActivityTrigger] RecordRunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!RunIds.IsValid(input.RunId))
        {
            throw new PermanentFailureException($"'{input.RunId}' is not a run id: it must consist of {RunIds.Shape}.");
        }

        IReadOnlyList<PipelineError> errors = PipelineCheck.Check(input.Pipeline, jobs);
        if (errors.Count > 0)
        {
            throw new PermanentFailureException(string.Join("; ", errors.Select(error => $"{error.Path} {error.Reason}")));
        }

        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await runs.GetBlobClient(RunBlobs.Pipeline(input.RunId)).TryCreateJsonAsync(JsonSerializer.SerializeToUtf8Bytes(input.Pipeline, JsonBlobs.Options), cancellationToken);
    }
}
