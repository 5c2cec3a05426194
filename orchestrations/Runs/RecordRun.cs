using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What <see cref="RecordRun"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="StartedAt">When this execution of it began, UTC: tells it from another run of the same id.</param>
/// <param name="Resumed">Whether it goes on with what an earlier execution has left.</param>
public sealed record RecordRunInput(string RunId, PipelineDefinition Pipeline, DateTime StartedAt, bool Resumed = false);

/// <summary>The sign that a run has begun.</summary>
/// <param name="StartedAt">When, UTC.</param>
/// <param name="ExecutionStartedAt">When its latest execution began: the same, or when it was resumed.</param>
public sealed record RunClaim(DateTime StartedAt, DateTime ExecutionStartedAt);

/// <summary>
/// Activity: takes the run's id, which no other run may have had before, keeps the pipeline with the run and checks it against the jobs
/// there are. A run that came through the Durable HTTP API was not checked before.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="jobs">The jobs there are.</param>
/// <param name="meter">Counts the run.</param>
public sealed class RecordRun(BlobServiceClient blobs, JobLibrary jobs, PipelineMeter meter)
{
    /// <summary>Records the run.</summary>
    /// <param name="input">The run.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The pipeline cannot be run, or there was a run of that id before.</exception>
    [Function(nameof(RecordRun))]
    public async Task RunAsync([ActivityTrigger] RecordRunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!RunIds.IsValid(input.RunId))
        {
            throw new PermanentFailureException($"'{input.RunId}' is not a run id: it must consist of {RunIds.Shape}.");
        }

        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        RunClaim claim = await ClaimAsync(runs, input, cancellationToken);
        await runs.GetBlobClient(RunBlobs.Pipeline(input.RunId)).TryCreateJsonAsync(JsonSerializer.SerializeToUtf8Bytes(input.Pipeline, JsonBlobs.Options), cancellationToken);
        await new RunIndex(blobs).BeginAsync(input.RunId, claim.StartedAt, input.Pipeline.Name, cancellationToken);

        IReadOnlyList<PipelineError> errors = await PipelineCheck.CheckAsync(input.Pipeline, jobs, cancellationToken);
        if (errors.Count > 0)
        {
            throw new PermanentFailureException(string.Join("; ", errors.Select(error => $"{error.Path} {error.Reason}")));
        }
    }

    private async Task<RunClaim> ClaimAsync(BlobContainerClient runs, RecordRunInput input, CancellationToken cancellationToken)
    {
        BlobClient blob = runs.GetBlobClient(RunBlobs.Claim(input.RunId));
        RunClaim? earlier = await blob.ReadJsonAsync<RunClaim>(cancellationToken);
        if (input.Resumed)
        {
            RunClaim resumed = new(earlier?.StartedAt ?? input.StartedAt, input.StartedAt);
            await blob.WriteJsonAsync(resumed, cancellationToken);
            if (earlier != resumed)
            {
                meter.RunStarted();
            }

            return resumed;
        }

        var claim = new RunClaim(input.StartedAt, input.StartedAt);
        bool free = earlier is null ? !await HasTrialsAsync(runs, input.RunId, cancellationToken) : earlier == claim;
        if (!free)
        {
            throw new PermanentFailureException($"There was a run '{input.RunId}' before, and its results are still there. Start a run with another id, or resume that one.");
        }

        if (earlier is not null)
        {
            return earlier;
        }

        if (await blob.TryCreateJsonAsync(JsonSerializer.SerializeToUtf8Bytes(claim, JsonBlobs.Options), cancellationToken))
        {
            meter.RunStarted();
            return claim;
        }

        // Another run takes the id at the same time; the next look tells which of the two has it.
        return await ClaimAsync(runs, input, cancellationToken);
    }

    private static async Task<bool> HasTrialsAsync(BlobContainerClient runs, string runId, CancellationToken cancellationToken)
    {
        await foreach (BlobItem _ in runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, RunBlobs.Trials(runId), cancellationToken))
        {
            return true;
        }

        return false;
    }
}
