namespace Microsoft.Azure.Functions.Worker;

/// <summary>The identity of an invocation.</summary>
public abstract class FunctionInvocation
{
    /// <summary>The invocation's id.</summary>
    public abstract string Id { get; }

    /// <summary>The function's id.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace the invocation belongs to.</summary>
    public abstract TraceContext TraceContext { get; }
}
