using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Timers;

/// <summary>Runs a timer function now.</summary>
internal sealed class TimerManualTrigger : IManualTrigger
{
    public bool Handles(DiscoveredFunction function) => function.Trigger is TimerTriggerAttribute;

    public Task<TriggerEvent> CreateAsync(DiscoveredFunction function, string? input, CancellationToken cancellation) =>
        Task.FromResult(new TriggerEvent { Value = new TimerInfo() });
}
