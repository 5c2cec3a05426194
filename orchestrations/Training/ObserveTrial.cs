using Azure;
using Azure.Compute.Batch;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Training;

/// <summary>An attempt as Batch and its blobs show it.</summary>
/// <param name="Running">Whether it is on a node now, and will not leave it by itself at once.</param>
/// <param name="Outcome">How it ended; null while it has not.</param>
/// <param name="Message">What went wrong, if something did.</param>
/// <param name="Restarts">How often Batch started tasks of this trial again.</param>
/// <param name="Objective">The objective as of the last report.</param>
/// <param name="Epoch">Epochs trained.</param>
public sealed record TrialObservation(bool Running, TrialOutcomeKind? Outcome, string? Message, int Restarts, double? Objective, double? Epoch)
{
    /// <summary>The second objective as of the last report; null where there is none.</summary>
    public double? Second { get; init; }
}

/// <summary>Activity: looks how an attempt is doing, in Batch and in its blobs.</summary>
/// <param name="training">Training on Batch.</param>
/// <param name="batch">The Batch account.</param>
/// <param name="meter">Counts what has ended.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it says how attempts ended.</param>
public sealed partial class ObserveTrial(TrainingJobs training, BatchClient batch, PipelineMeter meter, TimeProvider time, ILogger<ObserveTrial> logger)
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
        TrialOutcome? outcome = TrialOutcome.Classify(state, result, attempt.Attempt);
        // Of a first attempt the result tells itself how often it was started.
        int restarts = outcome?.Result is { Attempt: 1, Start: > 0 } first ? first.Start - 1 : (await training.Trials.StartsAsync(task.BlobPrefix, cancellationToken)).Preemptions;
        // A result is the last that the runner writes before it exits.
        bool running = state?.State == BatchTaskState.Running && outcome?.Result is null;

        if (outcome is null)
        {
            await training.RenewAccessAsync(task, cancellationToken);
        }

        // A result holds its metrics itself; what was on the way does not matter any more.
        TrialProgress progress = outcome?.Result is { } ended ? Progress(ended, attempt.Best) : await training.Trials.ProgressAsync(task.BlobPrefix, cancellationToken);
        TrialObservation seen = Judge(running, outcome, progress, restarts, attempt.Metric);
        if (attempt.Second is { } second)
        {
            // Its last value counts, whatever counts of the first.
            TrialProgress last = outcome?.Result is { } whole ? Progress(whole, best: null) : progress;
            TrialObservation other = Judge(running, outcome, last, restarts, second, "sweep.secondObjective");
            seen = (seen.Outcome == TrialOutcomeKind.NonRetryable ? seen : other) with { Objective = seen.Objective, Second = other.Objective };
        }

        Count(attempt, seen, state);
        return seen;
    }

    /// <summary>
    /// Sums up what was seen. A trial that does not report its objective fails for good as soon as its first epoch is over; one that has none
    /// (an empty <paramref name="metric"/>) need not report anything.
    /// </summary>
    internal static TrialObservation Judge(bool running, TrialOutcome? outcome, TrialProgress progress, int restarts, string metric, string member = "sweep.objective")
    {
        double? objective = progress.Metrics.TryGetValue(metric, out double value) ? value : null;
        bool reportedAll = outcome is null ? progress.EpochEnded : outcome.Kind == TrialOutcomeKind.Succeeded;
        if (reportedAll && objective is null && metric.Length > 0)
        {
            string[] reported = [.. progress.Metrics.Keys.Where(name => name is not ("epoch" or "step")).Order(StringComparer.Ordinal)];
            string meant = NearestName.Of(metric, reported) is { } near ? $"; did you mean '{near}'?" : $"; it reports {(reported.Length == 0 ? "none" : string.Join(", ", reported))}";
            outcome = new TrialOutcome(TrialOutcomeKind.NonRetryable, outcome?.ExitCode, $"the job does not report the metric '{metric}' of {member}{meant}", null);
        }

        return new TrialObservation(running, outcome?.Kind, outcome?.Message, restarts, objective, progress.Epoch > 0 ? progress.Epoch : null);
    }

    /// <summary>How far a trial has come that has left a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="best">What is better, where the best value of a metric counts; null: the last does.</param>
    internal static TrialProgress Progress(TrialResult result, ObjectiveGoal? best)
    {
        double epoch = result.Metrics.TryGetValue("epoch", out MetricSummary? epochs) ? epochs.Last : 0;
        return new TrialProgress(epoch, result.Metrics.ToDictionary(metric => metric.Key, metric => Value(metric.Value), StringComparer.Ordinal));

        double Value(MetricSummary metric) => best switch
        {
            ObjectiveGoal.Maximize => metric.Maximum,
            ObjectiveGoal.Minimize => metric.Minimum,
            _ => metric.Last,
        };
    }

    // Each look counts what the one before has not seen; after an outcome there is no further look at this attempt.
    private void Count(TrialAttempt attempt, TrialObservation seen, BatchTask? task)
    {
        meter.Preempted(attempt.Job, seen.Restarts - attempt.Restarts + (seen.Outcome == TrialOutcomeKind.Preempted ? 1 : 0));
        if (seen.Outcome is { } outcome)
        {
            meter.AttemptEnded(attempt, outcome, task?.CreationTime, task?.ExecutionInfo?.StartTime, task?.ExecutionInfo?.EndTime ?? time.GetUtcNow());
            LogEnded(logger, attempt.Attempt, outcome, seen.Message);
        }
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

    [LoggerMessage(LogLevel.Information, "Attempt {Attempt} ended: {Outcome}. {Message}")]
    private static partial void LogEnded(ILogger logger, int attempt, TrialOutcomeKind outcome, string? message);
}
