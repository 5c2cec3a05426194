namespace Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

/// <summary>Whether the delays between retries grow.</summary>
public enum RetryStrategy
{
    /// <summary>They double up to a maximum.</summary>
    ExponentialBackoff = 0,

    /// <summary>They are always the same.</summary>
    FixedDelay = 1,
}
