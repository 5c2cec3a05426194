namespace Azure.Compute.Batch;

/// <summary>One or more of several requests failed.</summary>
public class ParallelOperationsException : AggregateException
{
    internal ParallelOperationsException(string message, IEnumerable<Exception> inner)
        : base(message, inner)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => base.ToString();
}
