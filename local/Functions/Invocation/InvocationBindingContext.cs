namespace DurableMl.Local.Functions.Invocation;

/// <summary>The trigger's data.</summary>
internal sealed class InvocationBindingContext(IReadOnlyDictionary<string, object?> bindingData) : BindingContext
{
    public override IReadOnlyDictionary<string, object?> BindingData => bindingData;
}
