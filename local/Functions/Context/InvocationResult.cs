namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function returned, which middleware may change.</summary>
public abstract class InvocationResult : InvocationResult<object> { }
