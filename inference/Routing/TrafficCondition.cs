namespace DurableMl.Inference.Routing;

/// <summary>What a request must carry for a rule to apply: one header or parameter, with one of some values.</summary>
/// <param name="In">The values; null for any value.</param>
/// <param name="Header">A request header's name.</param>
/// <param name="Parameter">Or the name of one of the request's <c>parameters</c>.</param>
public sealed record TrafficCondition(IReadOnlyList<string>? In = null, string? Header = null, string? Parameter = null);
