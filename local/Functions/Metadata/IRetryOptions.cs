namespace Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

/// <summary>How a failed function is run again.</summary>
public interface IRetryOptions
{
    /// <summary>How many retries at most; -1 is without end.</summary>
    int MaxRetryCount { get; }

    /// <summary>The delay, where it is always the same.</summary>
    TimeSpan? DelayInterval { get; }

    /// <summary>The first delay, where delays grow.</summary>
    TimeSpan? MinimumInterval { get; }

    /// <summary>The longest delay, where delays grow.</summary>
    TimeSpan? MaximumInterval { get; }

    /// <summary>Whether delays grow.</summary>
    RetryStrategy? Strategy { get; }
}
