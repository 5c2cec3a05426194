using System.Globalization;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Starts runs from the JSON of a pipeline.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="jobs">The jobs there are.</param>
/// <param name="time">The clock, for run ids.</param>
public sealed class RunStarter(BlobServiceClient blobs, JobCatalog jobs, TimeProvider time)
{
    private const int LongestName = 28;

    /// <summary>Checks the pipeline and starts a run of it.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="pipeline">The pipeline's JSON.</param>
    /// <param name="runId">The run's id, valid; null for a new one.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<RunStart> StartAsync(DurableTaskClient client, ReadOnlyMemory<byte> pipeline, string? runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        PipelineReading reading = PipelineReader.Read(pipeline);
        if (!reading.IsValid)
        {
            return new RunStart(null, reading.Errors, false);
        }

        IReadOnlyList<PipelineError> errors = PipelineCheck.Check(reading.Definition, jobs);
        if (errors.Count > 0)
        {
            return new RunStart(null, errors, false);
        }

        string id = runId ?? NewId(reading.Definition.Name);
        if (await client.GetInstanceAsync(id, cancellationToken) is not null)
        {
            return new RunStart(id, [], true);
        }

        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await runs.GetBlobClient(RunBlobs.Pipeline(id)).TryCreateJsonAsync(pipeline, cancellationToken);
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(PipelineOrchestrator), reading.Definition, new StartOrchestrationOptions(id), cancellationToken);
        return new RunStart(id, [], false);
    }

    private string NewId(string name) => string.Create(
        CultureInfo.InvariantCulture, $"{name[..Math.Min(name.Length, LongestName)]}-{time.GetUtcNow():yyyyMMddHHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
}
