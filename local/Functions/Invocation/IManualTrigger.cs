namespace DurableMl.Local.Functions.Invocation;

/// <summary>Starts a kind of function by hand.</summary>
internal interface IManualTrigger
{
    bool Handles(DiscoveredFunction function);

    /// <summary>What starts the function.</summary>
    /// <exception cref="FormatException">The input is not one for this trigger.</exception>
    Task<TriggerEvent> CreateAsync(DiscoveredFunction function, string? input, CancellationToken cancellation);
}
