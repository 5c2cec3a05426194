namespace Microsoft.Azure.Functions.Worker.Core.Invocation;

/// <summary>Typed use of an activator.</summary>
public static class FunctionActivatorExtensions
{
    /// <summary>Makes the object for an invocation.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="activator">The activator.</param>
    /// <param name="context">The invocation.</param>
    /// <returns>The object.</returns>
    public static T? CreateInstance<T>(this IFunctionActivator activator, FunctionContext context)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(activator);
        return activator.CreateInstance(typeof(T), context) as T;
    }
}
