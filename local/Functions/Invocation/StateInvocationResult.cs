namespace DurableMl.Local.Functions.Invocation;

/// <summary>The returned value, in place.</summary>
internal sealed class StateInvocationResult(InvocationState state) : InvocationResult
{
    public override object? Value
    {
        get => state.Result;
        set => state.Result = value;
    }
}
