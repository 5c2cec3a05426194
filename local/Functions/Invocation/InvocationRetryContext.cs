namespace DurableMl.Local.Functions.Invocation;

/// <summary>Which retry of a function an invocation is.</summary>
internal sealed class InvocationRetryContext(int retryCount, int maxRetryCount) : RetryContext
{
    public static readonly InvocationRetryContext None = new(0, 0);

    public override int RetryCount => retryCount;

    public override int MaxRetryCount => maxRetryCount;
}
