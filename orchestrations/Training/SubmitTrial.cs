using System.Diagnostics;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Training;

/// <summary>Activity: makes the Batch task of an attempt, and the job that holds it. Done twice, it makes one.</summary>
/// <param name="training">Training on Batch.</param>
public sealed class SubmitTrial(TrainingJobs training)
{
    /// <summary>Submits the attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(SubmitTrial))]
    public async Task RunAsync([ActivityTrigger] TrialAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        try
        {
            // The task goes on with the run's trace.
            await training.SubmitAsync(attempt.ToTask() with { TraceParent = Activity.Current?.Id }, cancellationToken);
        }
        catch (InvalidJobException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }
}
