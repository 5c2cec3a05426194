namespace DurableMl.Local.Functions.Invocation;

/// <summary>One output's value, in place.</summary>
internal sealed class StateOutputBindingData<T>(InvocationState state, BindingMetadata output) : OutputBindingData<T>
{
    public override string BindingType => output.Type;

    public override string Name => output.Name;

    public override T? Value
    {
        get => (T?)state.Outputs[output.Name];
        set => state.Outputs[output.Name] = value;
    }
}
