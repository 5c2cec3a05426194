using Microsoft.DurableTask.Entities;

namespace DurableMl.Local.Functions.Durable;

/// <summary>An entity whose state's own methods are its operations.</summary>
internal sealed class StateEntity<TState>(IServiceProvider services) : TaskEntity<TState>
{
    protected override bool AllowStateDispatch => true;

    protected override TState InitializeState(TaskEntityOperation entityOperation) =>
        ActivatorUtilities.GetServiceOrCreateInstance<TState>(services);
}
