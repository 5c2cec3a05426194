namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes the object that a function which is not static belongs to.</summary>
public interface IFunctionActivator
{
    /// <summary>Makes the object for an invocation.</summary>
    /// <param name="instanceType">The class.</param>
    /// <param name="context">The invocation.</param>
    /// <returns>The object.</returns>
    object? CreateInstance(Type instanceType, FunctionContext context);
}
