namespace Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

/// <summary>How a failed function is run again.</summary>
public class DefaultRetryOptions : IRetryOptions
{
    /// <inheritdoc/>
    public int MaxRetryCount { get; set; }

    /// <inheritdoc/>
    public TimeSpan? DelayInterval { get; set; }

    /// <inheritdoc/>
    public TimeSpan? MinimumInterval { get; set; }

    /// <inheritdoc/>
    public TimeSpan? MaximumInterval { get; set; }

    /// <inheritdoc/>
    public RetryStrategy? Strategy =>
        DelayInterval is not null ? RetryStrategy.FixedDelay
        : MinimumInterval is not null && MaximumInterval is not null ? RetryStrategy.ExponentialBackoff
        : null;
}
