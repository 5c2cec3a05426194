using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Gives <see cref="DurableClientAttribute"/> parameters their client.</summary>
internal sealed class DurableClientSource(IServiceProvider services) : IInputSource
{
    public bool Handles(BindingAttribute attribute) => attribute is DurableClientAttribute;

    public ValueTask<object?> ResolveAsync(BindingAttribute attribute, FunctionContext context) =>
        new(services.GetRequiredService<DurableClients>().Get((DurableClientAttribute)attribute));
}
