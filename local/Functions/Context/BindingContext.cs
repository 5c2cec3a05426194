namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a trigger knows beside its value.</summary>
public abstract class BindingContext
{
    /// <summary>Names and values: route values, the parts of a blob's path, a message's properties.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
