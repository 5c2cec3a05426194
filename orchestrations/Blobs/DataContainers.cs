namespace DurableMl.Orchestrations.Blobs;

/// <summary>The containers of the data account.</summary>
public static class DataContainers
{
    /// <summary>Prepared datasets, by name and version.</summary>
    public const string Datasets = "datasets";

    /// <summary>What runs write: trials, logs, reports.</summary>
    public const string Runs = "runs";

    /// <summary>Published models, by name and version.</summary>
    public const string Models = "models";

    /// <summary>What users upload.</summary>
    public const string Raw = "raw";

    /// <summary>Workflows: definitions, executions with their histories, and tasks that wait for an answer.</summary>
    public const string Workflows = "workflows";
}
