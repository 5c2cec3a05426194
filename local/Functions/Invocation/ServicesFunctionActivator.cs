namespace DurableMl.Local.Functions.Invocation;

/// <summary>Makes functions' objects with the invocation's services.</summary>
internal sealed class ServicesFunctionActivator : IFunctionActivator
{
    public object? CreateInstance(Type instanceType, FunctionContext context) =>
        ActivatorUtilities.CreateInstance(context.InstanceServices, instanceType);
}
