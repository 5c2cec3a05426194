namespace DurableMl.Local.Functions.Invocation;

/// <summary>The returned value, in place, as a type.</summary>
internal sealed class StateInvocationResult<T>(InvocationState state) : InvocationResult<T>
{
    public override T? Value
    {
        get => (T?)state.Result;
        set => state.Result = value;
    }
}
