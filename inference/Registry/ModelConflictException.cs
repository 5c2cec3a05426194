namespace DurableMl.Inference.Registry;

/// <summary>Somebody else changed it since the given ETag was read.</summary>
public sealed class ModelConflictException(string message) : Exception(message);
