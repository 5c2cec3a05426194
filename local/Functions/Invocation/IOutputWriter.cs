namespace DurableMl.Local.Functions.Invocation;

/// <summary>Writes a kind of output.</summary>
internal interface IOutputWriter
{
    bool Handles(BindingAttribute attribute);

    Task WriteAsync(BindingAttribute attribute, object value, FunctionContext context);
}
