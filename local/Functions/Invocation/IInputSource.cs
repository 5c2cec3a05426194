namespace DurableMl.Local.Functions.Invocation;

/// <summary>Resolves a kind of input attribute to what converters start from.</summary>
internal interface IInputSource
{
    bool Handles(BindingAttribute attribute);

    ValueTask<object?> ResolveAsync(BindingAttribute attribute, FunctionContext context);
}
