using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Tells whoever starts a durable function by hand how to start it instead; the caller has its 202 by then, so the log says it.</summary>
internal sealed class DurableManualTrigger : IManualTrigger
{
    public bool Handles(DiscoveredFunction function) =>
        function.Trigger is OrchestrationTriggerAttribute or EntityTriggerAttribute or ActivityTriggerAttribute;

    public Task<TriggerEvent> CreateAsync(DiscoveredFunction function, string? input, CancellationToken cancellation) =>
        Task.FromResult(
            new TriggerEvent
            {
                Value = null,
                Prepare = _ =>
                    throw new InvalidOperationException(
                        $"Functions.{function.Name}: "
                            + function.Trigger switch
                            {
                                OrchestrationTriggerAttribute =>
                                    "Durable orchestrator functions do not support direct invocation. Start an orchestration from a client function by using a Durable client.",
                                EntityTriggerAttribute =>
                                    "Durable entity functions do not support direct invocation. Signal an entity from a client or orchestrator function by using a Durable client.",
                                _ =>
                                    "Durable activity functions do not support direct invocation. Call an activity from an orchestrator function.",
                            }
                    ),
            }
        );
}
