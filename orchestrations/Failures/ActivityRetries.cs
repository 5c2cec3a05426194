using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Failures;

/// <summary>How activities are retried: outages of storage and Batch are waited out, wrong data is not tried twice.</summary>
internal static class ActivityRetries
{
    private const int Tries = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>For what a run can do without, such as clean-up: five tries over half a minute, whatever fails.</summary>
    public static TaskOptions Brief { get; } = Policy(failure => !PermanentFailureException.Is(failure));

    /// <summary>For an orchestrator that waits out outages itself: as <see cref="Brief"/>, but an outage is told at once.</summary>
    public static TaskOptions ExceptOutages { get; } = Policy(failure => !PermanentFailureException.Is(failure) && !Outage.Is(failure));

    /// <summary>
    /// For what a run cannot go on without. An outage is waited out for <see cref="Outage.Longest"/>, with pauses up to five minutes;
    /// another failure gets five tries over half a minute, and one that says that the input is wrong none. Once <paramref name="stop"/> has
    /// completed, the last failure stands.
    /// </summary>
    public static TaskOptions Until(Task stop) => TaskOptions.FromRetryHandler(retry => AgainAsync(retry, stop));

    private static TaskOptions Policy(Func<TaskFailureDetails, bool> again) => TaskOptions.FromRetryPolicy(
        new RetryPolicy(Tries, FirstPause, 2.0, TimeSpan.FromSeconds(20)) { HandleFailure = failure => again(failure) });

    private static async Task<bool> AgainAsync(RetryContext retry, Task stop)
    {
        if (PermanentFailureException.Is(retry.LastFailure) || stop.IsCompleted)
        {
            return false;
        }

        bool outage = Outage.Is(retry.LastFailure);
        if (outage ? retry.TotalRetryTime > Outage.Longest : retry.LastAttemptNumber >= Tries)
        {
            return false;
        }

        TimeSpan pause = outage ? Outage.Pauses.After(retry.TotalRetryTime) : FirstPause * Math.Pow(2, retry.LastAttemptNumber - 1);
        return !await retry.OrchestrationContext.WaitAsync(pause, stop);
    }
}
