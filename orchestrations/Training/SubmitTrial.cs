using System.Diagnostics;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Training;

/// <summary>Activity: makes the Batch task of an attempt, and the job that holds it. Done twice, it makes one.</summary>
/// <remarks>An older version of it returned nothing: histories may say so.</remarks>
/// <param name="training">Training on Batch.</param>
/// <param name="logger">Where it says what it has submitted.</param>
public sealed partial class SubmitTrial(TrainingJobs training, ILogger<SubmitTrial> logger)
{
    /// <summary>Submits the attempt. Returns how it stands then: a first look so soon could show nothing else.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(SubmitTrial))]
    public async Task<TrialObservation> RunAsync([ActivityTrigger] TrialAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        try
        {
            // The task goes on with the run's trace.
            TrainingTask task = attempt.ToTask() with { TraceParent = Activity.Current?.Id };
            await training.SubmitAsync(task, cancellationToken);
            LogSubmitted(logger, attempt.Attempt, task.BatchTaskId, task.BatchJobId);
            return new TrialObservation(Running: false, Outcome: null, Message: null, attempt.Restarts, Objective: null, Epoch: null);
        }
        catch (InvalidJobException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }

    [LoggerMessage(LogLevel.Information, "Attempt {Attempt} is the task {BatchTask} of the Batch job {BatchJob}.")]
    private static partial void LogSubmitted(ILogger logger, int attempt, string batchTask, string batchJob);
}
