using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMl.Functions.Hosting;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DurableMl.Functions.Ingestion;

/// <summary>
/// Starts a run when <c>raw/{dataset}/pipeline.json</c> arrives: upload the data first and the pipeline last, and the upload itself is the
/// start. A dataset has several files, and only who uploads them knows which is the last; so the pipeline marks the end.
/// </summary>
/// <param name="starter">Starts runs.</param>
/// <param name="logger">The log.</param>
public sealed partial class IngestDataset(RunStarter starter, ILogger<IngestDataset> logger)
{
    private const int LongestName = 30;

    /// <summary>Starts the run. One version of the blob starts one run, however often the trigger fires for it.</summary>
    [Function(nameof(IngestDataset))]
    public async Task RunAsync(
        [BlobTrigger("raw/{dataset}/pipeline.json", Connection = StorageServices.Connection)] BlobClient pipeline,
        string dataset,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(dataset);
        BlobDownloadResult content = await pipeline.DownloadContentAsync(cancellationToken);
        string runId = RunIdFor(dataset, content.Details.ETag.ToString());
        RunStart start = await starter.StartAsync(client, content.Content.ToMemory(), runId, cancellationToken);
        if (start.Errors.Count == 0)
        {
            LogStarted(logger, start.Existed ? "was started before" : "starts", runId, pipeline.Name);
            return;
        }

        // Nobody waits for an answer here; so it is left beside the question.
        BlobClient answer = pipeline.GetParentBlobContainerClient().GetBlobClient(pipeline.Name + ".errors");
        await answer.WriteJsonAsync(new IngestionErrors("The pipeline is not valid, so no run was started.", start.Errors), cancellationToken);
        LogRefused(logger, pipeline.Name, answer.Name, string.Join("; ", start.Errors.Select(error => $"{error.Path} {error.Reason}")));
    }

    private static string RunIdFor(string dataset, string version)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{dataset}/{version}")))[..12];
        string name = string.Concat(dataset.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')).TrimStart('-');
        return name.Length == 0 ? hash : $"{name[..Math.Min(name.Length, LongestName)]}-{hash}";
    }

    [LoggerMessage(LogLevel.Information, "Run {RunId} {What}, as {Blob} says.", EventName = "RunIngested")]
    private static partial void LogStarted(ILogger logger, string what, string runId, string blob);

    [LoggerMessage(LogLevel.Error, "{Blob} starts no run; the reasons are in {Answer}: {Reasons}", EventName = "PipelineRefused")]
    private static partial void LogRefused(ILogger logger, string blob, string answer, string reasons);
}
