using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Whether a run could be resumed.</summary>
public enum ResumeOutcome
{
    /// <summary>It goes on.</summary>
    Resumed,

    /// <summary>There is no such run, and was none.</summary>
    NotFound,

    /// <summary>It has not ended, or the work of a run that was ended from outside has not.</summary>
    StillRunning,

    /// <summary>It published a model or was rejected: nothing is left to do.</summary>
    Finished,
}

/// <summary>
/// Lets a run that failed or was cancelled go on from the first phase or trial that is not done. It is a new execution under the run's own
/// id: the dataset, the trials that have ended and the checkpoints of the others are taken from the run's blobs, so that even a run whose
/// history was purged can be resumed.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class RunResumer(BlobServiceClient blobs)
{
    /// <summary>Resumes a run.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="runId">The run.</param>
    /// <param name="maxFailedTrials">Trials that may fail from now on, those that have failed among them; null for as many as before.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<ResumeOutcome> ResumeAsync(DurableTaskClient client, string runId, int? maxFailedTrials, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        OrchestrationMetadata? instance = RunIds.IsValid(runId) ? await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken) : null;
        if (!RunIds.IsValid(runId) || (instance is not null && instance.Name != nameof(PipelineOrchestrator)))
        {
            return ResumeOutcome.NotFound;
        }

        if (instance is { IsCompleted: false } || await EndRemainsAsync(client, runId, cancellationToken))
        {
            return ResumeOutcome.StillRunning;
        }

        var records = new RunRecords(blobs);
        RunOutput? report = await records.ReportAsync(runId, cancellationToken);
        RunStatus? status = instance?.CustomStatus<RunStatus>();
        if ((status?.State ?? report?.State) is RunState.Published or RunState.Rejected)
        {
            return ResumeOutcome.Finished;
        }

        if ((instance?.ReadInputAs<RunInput>()?.Pipeline ?? await records.PipelineAsync(runId, cancellationToken)) is not { } pipeline)
        {
            return ResumeOutcome.NotFound;
        }

        if (maxFailedTrials is { } most)
        {
            pipeline = pipeline with { Sweep = pipeline.Sweep with { MaxFailedTrials = most } };
        }

        DatasetReference? dataset = (status?.Dataset ?? report?.Dataset) is { } used ? new DatasetReference(used.Name, used.Version, Reused: true, used.Examples, used.Shards) : null;
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(PipelineOrchestrator), new RunInput(pipeline, Resumed: true, dataset), new StartOrchestrationOptions(runId), cancellationToken);
        return ResumeOutcome.Resumed;
    }

    /// <summary>Tells what is left of a run that was ended from outside to end. Returns whether something was left.</summary>
    private static async Task<bool> EndRemainsAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        OrchestrationRuntimeStatus[] active = [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];
        bool found = false;
        await foreach (OrchestrationMetadata part in client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: runId + ":", Statuses: active)).WithCancellation(cancellationToken))
        {
            found = true;
            await client.RaiseEventAsync(part.InstanceId, RunEvents.Cancel, "the run has ended", cancellationToken);
        }

        return found;
    }
}
