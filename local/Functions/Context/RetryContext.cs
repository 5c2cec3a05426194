namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which retry of a function an invocation is.</summary>
public abstract class RetryContext
{
    /// <summary>0 for the first run.</summary>
    public abstract int RetryCount { get; }

    /// <summary>How many retries there are at most; -1 is without end.</summary>
    public abstract int MaxRetryCount { get; }
}
