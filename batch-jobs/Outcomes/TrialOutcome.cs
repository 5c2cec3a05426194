using System.Globalization;
using Azure.Compute.Batch;

namespace DurableMl.BatchJobs.Outcomes;

/// <summary>How an attempt ended.</summary>
/// <param name="Kind">What to do about it.</param>
/// <param name="ExitCode">The task's exit code; null where the command never ran or was ended from outside.</param>
/// <param name="Message">Why, in a sentence; empty for success.</param>
/// <param name="Result">What the runner reported, or null where it could not.</param>
public sealed record TrialOutcome(TrialOutcomeKind Kind, int? ExitCode, string Message, TrialResult? Result)
{
    private const int NonRetryable = 64;
    private const int Infrastructure = 69;
    private const int Killed = 137;
    private const int Terminated = 143;

    /// <summary>Classifies an attempt from what Batch and the runner say about it.</summary>
    /// <param name="task">The Batch task, or null where Batch has none of that id any more.</param>
    /// <param name="result">The content of <c>result.json</c>, or null.</param>
    /// <param name="attempt">The attempt asked about: an older attempt's result says nothing about it.</param>
    /// <returns>Null while the attempt is not over.</returns>
    public static TrialOutcome? Classify(BatchTask? task, TrialResult? result, int attempt)
    {
        if (result is not null && result.Attempt == attempt)
        {
            return FromResult(result);
        }

        if (task is null)
        {
            return new TrialOutcome(TrialOutcomeKind.InfrastructureFailure, null, "The task is gone from Batch and left no result.", null);
        }

        return task.State == BatchTaskState.Completed ? FromTask(task) : null;
    }

    private static TrialOutcome FromResult(TrialResult result)
    {
        var kind = result.Reason switch
        {
            "succeeded" => TrialOutcomeKind.Succeeded,
            "non-retryable" => TrialOutcomeKind.NonRetryable,
            "infrastructure" => TrialOutcomeKind.InfrastructureFailure,
            "stopped" => TrialOutcomeKind.Stopped,
            _ => TrialOutcomeKind.JobFailure,
        };
        var message = kind is TrialOutcomeKind.Succeeded or TrialOutcomeKind.Stopped || result.Message.Length > 0 ? result.Message : Exited(result.ExitCode);
        return new TrialOutcome(kind, result.ExitCode, message, result);
    }

    private static TrialOutcome FromTask(BatchTask task)
    {
        var code = task.ExecutionInfo?.ExitCode;
        var failure = task.ExecutionInfo?.FailureInfo;
        var kind = (code, failure?.Code) switch
        {
            (_, "TaskEnded") => TrialOutcomeKind.JobFailure,
            (NonRetryable, _) => TrialOutcomeKind.NonRetryable,
            (Killed or Terminated, _) => TrialOutcomeKind.Preempted,
            // Exit code 0 without a result: the runner writes one before it says 0, so somebody removed it.
            (null or 0 or Infrastructure, _) => TrialOutcomeKind.InfrastructureFailure,
            _ => TrialOutcomeKind.JobFailure,
        };
        var reason = failure is null ? null : string.Join(" ", new[] { failure.Code, failure.Message }.Where(t => !string.IsNullOrWhiteSpace(t)));
        var message = (kind, reason) switch
        {
            (TrialOutcomeKind.JobFailure, _) when failure?.Code == "TaskEnded" => $"Batch ended the task, mostly because it ran longer than it may: {reason}",
            (_, { Length: > 0 }) when code is null => reason,
            _ when code is 0 => "The task ended well but left no result.",
            _ => Exited(code),
        };
        return new TrialOutcome(kind, code, message, null);
    }

    private static string Exited(int? code) =>
        string.Create(CultureInfo.InvariantCulture, $"The job ended with exit code {code}; its stderr.txt is among the trial's logs.");
}
