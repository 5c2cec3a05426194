namespace DurableMl.Local.Functions.Invocation;

/// <summary>One parameter's value, in place.</summary>
internal sealed class BoundInput<T>(BindingMetadata metadata, object?[] values, int index) : InputBindingData<T>
{
    public override BindingMetadata BindingMetadata => metadata;

    public override T? Value
    {
        get => (T?)values[index];
        set => values[index] = value;
    }
}
