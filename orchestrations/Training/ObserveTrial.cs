using Azure;
using Azure.Compute.Batch;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Training;

/// <summary>Activity: looks how an attempt is doing, in Batch and in its blobs.</summary>
/// <param name="training">Training on Batch.</param>
/// <param name="batch">The Batch account.</param>
public sealed class ObserveTrial(TrainingJobs training, BatchClient batch)
{
    /// <summary>Returns what is to be seen now.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(ObserveTrial))]
    public async Task<TrialObservation> RunAsync([ActivityTrigger] TrialAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        TrainingTask task = attempt.ToTask();

        // Batch first: a task that is completed by now has written its result before.
        BatchTask? state = await FindAsync(task, cancellationToken);
        TrialResult? result = await training.Trials.ResultAsync(task.BlobPrefix, cancellationToken);
        TrialStarts starts = await training.Trials.StartsAsync(task.BlobPrefix, cancellationToken);
        TrialProgress progress = await training.Trials.ProgressAsync(task.BlobPrefix, cancellationToken);
        TrialOutcome? outcome = TrialOutcome.Classify(state, result, attempt.Attempt);
        double? objective = outcome?.Result is { } ended && ended.Metrics.TryGetValue(attempt.Metric, out MetricSummary? summary) ? summary.Last
            : progress.Metrics.TryGetValue(attempt.Metric, out double value) ? value
            : null;
        if (outcome is { Kind: TrialOutcomeKind.Succeeded } && objective is null)
        {
            outcome = outcome with { Kind = TrialOutcomeKind.NonRetryable, Message = $"The job ended well but reported no metric '{attempt.Metric}'; it reported {string.Join(", ", progress.Metrics.Keys.Order(StringComparer.Ordinal))}." };
        }

        return new TrialObservation(
            state?.State == BatchTaskState.Running, outcome?.Kind, outcome?.Message, starts.Preemptions, objective, progress.Epoch > 0 ? progress.Epoch : null);
    }

    private async Task<BatchTask?> FindAsync(TrainingTask task, CancellationToken cancellationToken)
    {
        try
        {
            return await batch.GetTaskAsync(task.BatchJobId, task.BatchTaskId, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
