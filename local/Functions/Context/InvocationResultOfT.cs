namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function returned, which middleware may change.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class InvocationResult<T>
{
    /// <summary>The value.</summary>
    public abstract T? Value { get; set; }
}
