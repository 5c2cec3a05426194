using DurableMl.BatchJobs.Submission;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>Activity: removes a run's Batch jobs with all their tasks. What trials wrote stays in blobs.</summary>
/// <param name="training">Training on Batch.</param>
public sealed class CleanUpSweep(TrainingJobs training)
{
    /// <summary>Removes them, if they are there.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(CleanUpSweep))]
    public Task RunAsync([ActivityTrigger] string runId, CancellationToken cancellationToken) => training.DeleteJobsAsync(runId, cancellationToken);
}
