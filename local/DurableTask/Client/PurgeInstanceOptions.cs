namespace Microsoft.DurableTask.Client;

/// <summary>How to purge.</summary>
/// <param name="Recursive">Whether sub-orchestrations go with their parent.</param>
public record PurgeInstanceOptions(bool Recursive = false);
