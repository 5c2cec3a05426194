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

    /// <summary>Starts the run. One content starts one run, however often it is uploaded; to train again on new data, change the pipeline or start it over HTTP.</summary>
    [Function(nameof(IngestDataset))]
    public async Task RunAsync(
        [BlobTrigger("raw/{dataset}/pipeline.json", Connection = StorageServices.Connection, Source = BlobTriggerSource.EventGrid)] BlobClient pipeline,
        string dataset,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(dataset);
        BlobDownloadResult content = await pipeline.DownloadContentAsync(cancellationToken);
        string runId = RunIdFor(dataset, content.Content.ToMemory().Span);
        RunStart start = await starter.StartAsync(client, content.Content.ToMemory(), runId, cancellationToken);
        // Nobody waits for an answer here; so it is left beside the question.
        BlobClient answer = pipeline.GetParentBlobContainerClient().GetBlobClient(pipeline.Name + ".errors");
        if (start.Errors.Count == 0)
        {
            await answer.DeleteIfExistsAsync(cancellationToken: cancellationToken);
            LogStarted(logger, start.Existed ? "was started before" : "starts", runId, pipeline.Name);
            return;
        }

        await answer.WriteJsonAsync(new IngestionErrors("The pipeline is not valid, so no run was started.", start.Errors), cancellationToken);
        LogRefused(logger, pipeline.Name, answer.Name, string.Join("; ", start.Errors.Select(error => $"{error.Path} {error.Reason}")));
    }

    /// <summary>The content decides: the same pipeline for the same dataset starts one run, however often it is uploaded or touched.</summary>
    internal static string RunIdFor(string dataset, ReadOnlySpan<byte> pipeline)
    {
        string version = Convert.ToHexStringLower(SHA256.HashData(pipeline));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{dataset}/{version}")))[..12];
        string name = string.Concat(dataset.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')).TrimStart('-');
        return name.Length == 0 ? hash : $"{name[..Math.Min(name.Length, LongestName)]}-{hash}";
    }

    [LoggerMessage(LogLevel.Information, "Run {RunId} {What}, as {Blob} says.", EventName = "RunIngested")]
    private static partial void LogStarted(ILogger logger, string what, string runId, string blob);

    [LoggerMessage(LogLevel.Error, "{Blob} starts no run; the reasons are in {Answer}: {Reasons}", EventName = "PipelineRefused")]
    private static partial void LogRefused(ILogger logger, string blob, string answer, string reasons);
}

/// <summary>Why an uploaded pipeline started no run.</summary>
/// <param name="Title">In a sentence.</param>
/// <param name="Errors">Everything that is wrong with it.</param>
public sealed record IngestionErrors(string Title, IReadOnlyList<PipelineError> Errors);
