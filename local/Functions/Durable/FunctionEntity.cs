using DurableMl.Local.Functions.Invocation;
using Microsoft.DurableTask.Entities;

namespace DurableMl.Local.Functions.Durable;

/// <summary>An entity function. Every operation is an invocation.</summary>
internal sealed class FunctionEntity(FunctionInvoker invoker, DiscoveredFunction function) : ITaskEntity
{
    public async ValueTask<object?> RunAsync(TaskEntityOperation operation)
    {
        FunctionContext? context = null;
        TaskEntityDispatcher dispatcher = new(operation, () => context!.InstanceServices);
        await invoker.InvokeTurnAsync(
            function,
            new TriggerEvent
            {
                Value = dispatcher,
                BindingData = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["instanceId"] = operation.Context.Id.ToString(),
                },
                Prepare = c => context = c,
            }
        );
        return dispatcher.Result;
    }
}
