using DurableMl.Local.Functions.Invocation;
using Microsoft.DurableTask;

namespace DurableMl.Local.Functions.Durable;

/// <summary>An activity function.</summary>
internal sealed class FunctionActivity(FunctionInvoker invoker, DiscoveredFunction function) : ITaskActivity
{
    /// <summary>A parameter may be there for the attribute only, when the activity has no input.</summary>
    public Type InputType { get; } =
        function.TriggerParameter.ParameterType == typeof(FunctionContext) ? typeof(object) : function.TriggerParameter.ParameterType;

    public Type OutputType => typeof(object);

    public Task<object?> RunAsync(TaskActivityContext context, object? input) =>
        invoker.InvokeDurablyAsync(
            function,
            new TriggerEvent
            {
                Value = input,
                BindingData = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = context.InstanceId },
            }
        );
}
