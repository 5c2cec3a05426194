namespace Microsoft.Azure.Functions.Worker;

/// <summary>The value of an output, which middleware may change after the function ran.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class OutputBindingData<T>
{
    /// <summary>The kind, such as <c>queue</c>.</summary>
    public abstract string BindingType { get; }

    /// <summary>The property.</summary>
    public abstract string Name { get; }

    /// <summary>The value.</summary>
    public abstract T? Value { get; set; }
}
