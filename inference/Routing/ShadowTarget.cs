namespace DurableMl.Inference.Routing;

/// <summary>A version that gets copies of requests. Its answers are compared and counted, never given.</summary>
/// <param name="Target">The version.</param>
/// <param name="Percent">The share of requests to copy: 0 to 100.</param>
/// <param name="Tolerance">Absolute difference up to which floating-point outputs agree.</param>
public sealed record ShadowTarget(ModelTarget Target, double Percent = 100, double Tolerance = 1e-4);
