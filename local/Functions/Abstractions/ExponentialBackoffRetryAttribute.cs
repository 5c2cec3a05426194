namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a failed function again after delays that double from a minimum to a maximum.</summary>
public sealed class ExponentialBackoffRetryAttribute : RetryAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="maxRetryCount">How many times at most; -1 is without end.</param>
    /// <param name="minimumInterval">The first delay, as <c>hh:mm:ss</c>.</param>
    /// <param name="maximumInterval">The longest delay, as <c>hh:mm:ss</c>.</param>
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    /// <summary>The first delay, as <c>hh:mm:ss</c>.</summary>
    public string MinimumInterval { get; }

    /// <summary>The longest delay, as <c>hh:mm:ss</c>.</summary>
    public string MaximumInterval { get; }
}
