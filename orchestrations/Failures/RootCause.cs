using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Failures;

/// <summary>Finds what a failed task really failed of.</summary>
public static class RootCause
{
    /// <summary>The message of the innermost failure: the one that an activity threw, without the frames around it.</summary>
    public static string Of(TaskFailedException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        TaskFailureDetails details = exception.FailureDetails;
        while (details.InnerFailure is { } inner)
        {
            details = inner;
        }

        return details.ErrorMessage;
    }
}
