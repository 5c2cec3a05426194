namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>The invocation's id.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The function's id.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace the invocation belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>What the trigger knows beside its value.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>Which retry of the function this is.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The services of this invocation's scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values that middleware and function share.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>The invocation's features, by type.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the caller goes away, the function's time is up or the host stops.</summary>
    public virtual CancellationToken CancellationToken { get; }
}
