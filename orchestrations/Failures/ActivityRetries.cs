using DurableMl.Orchestrations.Preprocessing;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Failures;

/// <summary>How activities are retried: storage and network failures pass, wrong data does not.</summary>
internal static class ActivityRetries
{
    /// <summary>Five tries over about half a minute; none after a failure that says the input is wrong.</summary>
    public static TaskOptions Transient { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(2), 2.0, TimeSpan.FromSeconds(20))
        {
            HandleFailure = failure => !IsFinal(failure),
        });

    private static bool IsFinal(TaskFailureDetails failure) =>
        failure.IsCausedBy<DatasetFormatException>() || failure.IsCausedBy<PermanentFailureException>();
}
