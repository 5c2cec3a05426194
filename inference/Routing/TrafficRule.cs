namespace DurableMl.Inference.Routing;

/// <summary>A route for the requests that meet a condition.</summary>
/// <param name="Name">Its name, which responses give: 1 to 32 lower-case letters, digits or '-'.</param>
/// <param name="When">The condition.</param>
/// <param name="Route">The route.</param>
public sealed record TrafficRule(string Name, TrafficCondition When, Route Route);
