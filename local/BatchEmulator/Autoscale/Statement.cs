namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>A statement of a formula.</summary>
/// <param name="Variable">What is assigned to; null for an expression alone.</param>
/// <param name="Value">The value.</param>
internal sealed record Statement(string? Variable, Expression Value);
