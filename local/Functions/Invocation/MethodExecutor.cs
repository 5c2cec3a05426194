using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker.Invocation;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>Runs the function's method, and splits what it returns into outputs.</summary>
internal sealed class MethodExecutor(IFunctionActivator activator) : IFunctionExecutor
{
    private readonly ConcurrentDictionary<DiscoveredFunction, (MethodInvoker Method, Func<object, object?>? TaskResult)> methods = new();

    public async ValueTask ExecuteAsync(FunctionContext context)
    {
        InvocationContext invocation = (InvocationContext)context;
        DiscoveredFunction function = invocation.Function;
        InvocationState state = InvocationState.Of(context);
        object?[] arguments = await state.BindAsync(context);
        (MethodInvoker method, Func<object, object?>? taskResult) = methods.GetOrAdd(
            function,
            static f => (MethodInvoker.Create(f.Method), TaskResult.ReaderFor(f.Method.ReturnType))
        );
        object? target = function.Method.IsStatic ? null : activator.CreateInstance(function.Method.DeclaringType!, context);
        try
        {
            object? returned = method.Invoke(target, arguments.AsSpan());
            state.Result = await TaskResult.AwaitAsync(returned, taskResult);
        }
        finally
        {
            await DisposeAsync(target);
        }

        ReadOutputs(function, state);
    }

    private static void ReadOutputs(DiscoveredFunction function, InvocationState state)
    {
        if (state.Result is not { } result)
        {
            return;
        }

        foreach (DiscoveredBinding output in function.Outputs)
        {
            state.Outputs[output.Name] =
                output.Name == DiscoveredFunction.ReturnValue ? result : result.GetType().GetProperty(output.Name)!.GetValue(result);
        }
    }

    private static async ValueTask DisposeAsync(object? target)
    {
        if (target is IAsyncDisposable async)
        {
            await async.DisposeAsync();
        }
        else
        {
            (target as IDisposable)?.Dispose();
        }
    }
}
