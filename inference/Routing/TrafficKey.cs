namespace DurableMl.Inference.Routing;

/// <summary>What identifies the caller, so that the same one always gets the same arm.</summary>
/// <param name="Header">A request header's name.</param>
/// <param name="Parameter">Or the name of one of the request's <c>parameters</c>.</param>
public sealed record TrafficKey(string? Header = null, string? Parameter = null);
