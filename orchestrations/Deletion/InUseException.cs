namespace DurableMl.Orchestrations.Deletion;

/// <summary>Something cannot be deleted, for something else needs it.</summary>
/// <param name="message">What needs it, and what to do.</param>
public sealed class InUseException(string message) : Exception(message);
