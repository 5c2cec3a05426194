namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a failed function again after a delay that is always the same.</summary>
public sealed class FixedDelayRetryAttribute : RetryAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="maxRetryCount">How many times at most; -1 is without end.</param>
    /// <param name="delayInterval">The delay, as <c>hh:mm:ss</c>.</param>
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    /// <summary>The delay, as <c>hh:mm:ss</c>.</summary>
    public string DelayInterval { get; }
}
