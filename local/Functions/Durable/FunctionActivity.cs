using DurableMl.Local.Functions.Invocation;
using Microsoft.DurableTask;

namespace DurableMl.Local.Functions.Durable;

/// <summary>An activity function.</summary>
internal sealed class FunctionActivity(FunctionInvoker invoker, DiscoveredFunction function) : ITaskActivity
{
    /// <summary>A parameter may be there for the attribute only, when the activity has no input.</summary>
    public Type InputType { get; } = function.TriggerParameter.ParameterType == typeof(FunctionContext) ? typeof(object) : function.TriggerParameter.ParameterType;

    public Type OutputType => typeof(object);

    public async Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        object? result = null;
        TriggerEvent trigger = new()
        {
            Value = input,
            BindingData = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = context.InstanceId },
        };
        await invoker.InvokeAsync(function, trigger, (_, state) => Task.FromResult(result = state.Result), CancellationToken.None);
        return result;
    }
}
