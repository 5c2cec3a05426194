using Azure.Storage.Blobs;
using DurableMl.Functions.Hosting;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DurableMl.Functions.Ingestion;

/// <summary>
/// Starts a run when <c>raw/{dataset}/pipeline.json</c> arrives: upload the data first and the pipeline last, and the upload itself is the
/// start. A dataset has several files, and only who uploads them knows which is the last; so the pipeline marks the end.
/// </summary>
/// <param name="uploads">The uploaded pipelines.</param>
/// <param name="logger">The log.</param>
public sealed partial class IngestDataset(UploadedPipelines uploads, ILogger<IngestDataset> logger)
{
    /// <summary>Starts the run. One content starts one run, however often it is uploaded; to train again on new data, change the pipeline or start it over HTTP.</summary>
    [Function(nameof(IngestDataset))]
    public async Task RunAsync(
        [BlobTrigger("raw/{dataset}/pipeline.json", Connection = StorageServices.Connection, Source = BlobTriggerSource.EventGrid)] BlobClient pipeline,
        string dataset,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        Log(dataset, await uploads.TakeAsync(client, dataset, cancellationToken));
    }

    /// <summary>Every five minutes takes the uploads that the trigger has missed.</summary>
    [Function(nameof(IngestMissedDatasets))]
    public async Task IngestMissedDatasets([TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach ((string dataset, RunStart start) in await uploads.TakeMissedAsync(client, cancellationToken))
        {
            LogMissed(logger, dataset);
            Log(dataset, start);
        }
    }

    private void Log(string dataset, RunStart start)
    {
        if (start.Errors.Count == 0)
        {
            LogStarted(logger, start.Existed ? "was started before" : "starts", start.RunId!, dataset);
        }
        else
        {
            LogRefused(logger, dataset, string.Join("; ", start.Errors.Select(error => $"{error.Path} {error.Reason}")));
        }
    }

    [LoggerMessage(LogLevel.Information, "Run {RunId} {What}, as raw/{Dataset}/pipeline.json says.", EventName = "RunIngested")]
    private static partial void LogStarted(ILogger logger, string what, string runId, string dataset);

    [LoggerMessage(LogLevel.Warning, "The trigger has missed raw/{Dataset}/pipeline.json.", EventName = "PipelineMissed")]
    private static partial void LogMissed(ILogger logger, string dataset);

    [LoggerMessage(LogLevel.Error, "raw/{Dataset}/pipeline.json starts no run; the reasons are beside it, in pipeline.json.errors: {Reasons}", EventName = "PipelineRefused")]
    private static partial void LogRefused(ILogger logger, string dataset, string reasons);
}
