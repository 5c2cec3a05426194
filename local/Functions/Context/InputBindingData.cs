namespace Microsoft.Azure.Functions.Worker;

/// <summary>The value of an input, which middleware may change before the function runs.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class InputBindingData<T>
{
    /// <summary>The binding.</summary>
    public abstract BindingMetadata BindingMetadata { get; }

    /// <summary>The value.</summary>
    public abstract T? Value { get; set; }
}
