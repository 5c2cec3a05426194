using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What came of starting a run.</summary>
/// <param name="RunId">The run's id; null when the pipeline is not valid.</param>
/// <param name="Errors">What is wrong with the pipeline.</param>
/// <param name="Existed">Whether there is, or was, a run of that id already; then none was started.</param>
public sealed record RunStart(string? RunId, IReadOnlyList<PipelineError> Errors, bool Existed);

/// <summary>Starts runs from the JSON of a pipeline.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="jobs">The jobs there are.</param>
/// <param name="time">The clock, for run ids.</param>
public sealed class RunStarter(BlobServiceClient blobs, JobLibrary jobs, TimeProvider time)
{
    private const int LongestName = 28;

    /// <summary>Checks the pipeline and starts a run of it.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="pipeline">The pipeline's JSON.</param>
    /// <param name="runId">The run's id, valid and never used before; null for a new one.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<RunStart> StartAsync(DurableTaskClient client, ReadOnlyMemory<byte> pipeline, string? runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        PipelineReading reading = PipelineReader.Read(pipeline);
        if (!reading.IsValid)
        {
            return new RunStart(null, reading.Errors, false);
        }

        IReadOnlyList<PipelineError> errors = await PipelineCheck.CheckAsync(reading.Definition, jobs, cancellationToken);
        if (errors.Count > 0)
        {
            return new RunStart(null, errors, false);
        }

        string id = runId ?? NewId(reading.Definition.Name);
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

        // The history of a run may be purged; the sign that it has begun stays with its results.
        if (await client.GetInstanceAsync(id, cancellationToken) is not null || await runs.GetBlobClient(RunBlobs.Claim(id)).ExistsAsync(cancellationToken))
        {
            return new RunStart(id, [], true);
        }

        await runs.GetBlobClient(RunBlobs.Pipeline(id)).WriteJsonAsync(JsonSerializer.Deserialize<JsonElement>(pipeline.Span), cancellationToken);
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(PipelineOrchestrator), new RunInput(reading.Definition), new StartOrchestrationOptions(id), cancellationToken);
        return new RunStart(id, [], false);
    }

    private string NewId(string name) => string.Create(
        CultureInfo.InvariantCulture, $"{name[..Math.Min(name.Length, LongestName)]}-{time.GetUtcNow():yyyyMMddHHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
}
