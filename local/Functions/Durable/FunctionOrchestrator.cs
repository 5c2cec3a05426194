using System.Reflection;
using DurableMl.Local.Functions.Invocation;
using Microsoft.DurableTask;

namespace DurableMl.Local.Functions.Durable;

/// <summary>
/// An orchestrator function. Its turns run on the engine's thread and must not leave it, so nothing between engine and function may
/// await anything that is not already done.
/// </summary>
internal sealed class FunctionOrchestrator : ITaskOrchestrator
{
    private readonly FunctionInvoker invoker;
    private readonly DiscoveredFunction function;
    private readonly ParameterInfo? input;

    public FunctionOrchestrator(FunctionInvoker invoker, DiscoveredFunction function)
    {
        this.invoker = invoker;
        this.function = function;
        // The parameter without an attribute is the orchestration's input, as in the worker extension.
        input = function
            .Method.GetParameters()
            .FirstOrDefault(p =>
                p.GetCustomAttribute<BindingAttribute>() is null
                && p.ParameterType != typeof(FunctionContext)
                && p.ParameterType != typeof(CancellationToken)
            );
    }

    public Type InputType => input?.ParameterType ?? typeof(object);

    public Type OutputType => typeof(object);

    public Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        Dictionary<string, object?> data = new(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = context.InstanceId };
        if (this.input is not null)
        {
            data[this.input.Name!] = input;
        }

        return invoker.InvokeTurnAsync(function, new TriggerEvent { Value = context, BindingData = data });
    }
}
