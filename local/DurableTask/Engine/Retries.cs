namespace Microsoft.DurableTask.Engine;

/// <summary>Tries failed calls again. Orchestrator code: it waits on the context's timers only.</summary>
static class Retries
{
    public static Task<T> RunAsync<T>(TaskOrchestrationContext context, Func<Task<T>> call, TaskRetryOptions retry) => retry.Policy is { } policy
        ? ByPolicyAsync(context, call, policy)
        : ByHandlerAsync(context, call, retry.Handler!);

    static async Task<T> ByPolicyAsync<T>(TaskOrchestrationContext context, Func<Task<T>> call, RetryPolicy policy)
    {
        DateTime start = context.CurrentUtcDateTime;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (attempt < policy.MaxNumberOfAttempts && IsRetriable(failed) && Handles(policy, failed)
                && (policy.RetryTimeout == Timeout.InfiniteTimeSpan || context.CurrentUtcDateTime < start + policy.RetryTimeout))
            {
                // Tried again below, after the delay.
            }

            await context.CreateTimer(context.CurrentUtcDateTime + Delay(policy, attempt), CancellationToken.None);
        }
    }

    static async Task<T> ByHandlerAsync<T>(TaskOrchestrationContext context, Func<Task<T>> call, AsyncRetryHandler handler)
    {
        DateTime start = context.CurrentUtcDateTime;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (IsRetriable(failed))
            {
                RetryContext retry = new(context, attempt, failed.FailureDetails, context.CurrentUtcDateTime - start, CancellationToken.None);
                if (!await handler(retry))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The first interval, times the coefficient for each attempt after the first, at most the longest interval.</summary>
    static TimeSpan Delay(RetryPolicy policy, int attempt)
    {
        double milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        double longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.FromDays(3650).TotalMilliseconds : policy.MaxRetryInterval.TotalMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, longest));
    }

    static bool Handles(RetryPolicy policy, TaskFailedException failed) => policy.FailureFilter?.Invoke(failed.FailureDetails) ?? true;

    static bool IsRetriable(TaskFailedException failed) => !OrchestratorSession.IsNonRetriable(failed);
}
