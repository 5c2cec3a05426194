using DurableMl.Local.Functions.Invocation;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Access to an invocation's inputs and outputs, for middleware.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>Binds one input ahead of the function; the function then gets this value, with any change made to it.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="context">The invocation.</param>
    /// <param name="bindingMetadata">One of <see cref="FunctionDefinition.InputBindings"/>.</param>
    /// <returns>The input.</returns>
    public static async ValueTask<InputBindingData<T>> BindInputAsync<T>(this FunctionContext context, BindingMetadata bindingMetadata)
    {
        ArgumentNullException.ThrowIfNull(bindingMetadata);
        InvocationState state = InvocationState.Of(context);
        object?[] values = await state.BindAsync(context);
        int index = IndexOf(context.FunctionDefinition, bindingMetadata.Name);
        if (values[index] is not null and not T)
        {
            throw new InvalidOperationException($"Input '{bindingMetadata.Name}' is a {values[index]!.GetType()}, not a {typeof(T)}.");
        }

        return new BoundInput<T>(bindingMetadata, values, index);
    }

    /// <summary>The function's returned value.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="context">The invocation.</param>
    /// <returns>The value, to read or to replace.</returns>
    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context) =>
        new StateInvocationResult<T>(InvocationState.Of(context));

    /// <summary>The function's returned value.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The value, to read or to replace.</returns>
    public static InvocationResult GetInvocationResult(this FunctionContext context) =>
        new StateInvocationResult(InvocationState.Of(context));

    /// <summary>The outputs that the returned object's properties were bound to.</summary>
    /// <typeparam name="T">The type of the outputs looked for; <see cref="object"/> for all.</typeparam>
    /// <param name="context">The invocation.</param>
    /// <returns>The outputs of that type.</returns>
    public static IEnumerable<OutputBindingData<T>> GetOutputBindings<T>(this FunctionContext context)
    {
        InvocationState state = InvocationState.Of(context);
        foreach (BindingMetadata output in context.FunctionDefinition.OutputBindings.Values)
        {
            if (state.Outputs.TryGetValue(output.Name, out object? value) && value is T or null)
            {
                yield return new StateOutputBindingData<T>(state, output);
            }
        }
    }

    private static int IndexOf(FunctionDefinition function, string name)
    {
        for (int i = 0; i < function.Parameters.Length; i++)
        {
            if (function.Parameters[i].Name == name)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"Function '{function.Name}' has no input '{name}'.");
    }
}
