namespace Microsoft.Azure.Functions.Worker;

/// <summary>A binding of a function.</summary>
public abstract class BindingMetadata
{
    /// <summary>The parameter or property; <c>$return</c> is the returned value.</summary>
    public abstract string Name { get; }

    /// <summary>The kind, such as <c>blobTrigger</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Input or output.</summary>
    public abstract BindingDirection Direction { get; }
}
