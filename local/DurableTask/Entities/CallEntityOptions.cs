namespace Microsoft.DurableTask.Entities;

/// <summary>Options for calling an entity; there are none yet.</summary>
public record CallEntityOptions;
