using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Failures;

/// <summary>Finds what a failed task really failed of.</summary>
public static class RootCause
{
    /// <summary>
    /// The message of the failure that was thrown for people to read, or else of the innermost one: what an activity threw, without the
    /// frames around it.
    /// </summary>
    public static string Of(TaskFailedException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        // The worker's type says otherwise, but a task that was terminated from outside comes without details.
        if (exception.FailureDetails is not { } details)
        {
            return "it was ended from outside";
        }

        // What led to a permanent failure is for the log: "404" is less than "there is no blob raw/x".
        while (!PermanentFailureException.Is(details) && details.InnerFailure is { } inner)
        {
            details = inner;
        }

        return details.ErrorMessage;
    }
}
