using DurableMl.BatchJobs.Submission;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Training;

/// <summary>Activity: ends the Batch task of an attempt, if it is not over.</summary>
/// <param name="training">Training on Batch.</param>
public sealed class EndTrial(TrainingJobs training)
{
    /// <summary>Ends it.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(EndTrial))]
    public Task RunAsync([ActivityTrigger] TrialAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return training.CancelAsync(attempt.ToTask(), cancellationToken);
    }
}

/// <summary>Activity: asks the job of an attempt to save a checkpoint and exit. The runner on the node looks for that every few seconds.</summary>
/// <param name="training">Training on Batch.</param>
public sealed class AskTrialToStop(TrainingJobs training)
{
    /// <summary>Asks it.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(AskTrialToStop))]
    public Task RunAsync([ActivityTrigger] TrialAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return training.AskToStopAsync(attempt.ToTask(), cancellationToken);
    }
}
