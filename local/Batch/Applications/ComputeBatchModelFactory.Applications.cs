namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>Application of the Batch service.</summary>
    public static BatchApplication BatchApplication(string id = null, string displayName = null, IEnumerable<string> versions = null) => new()
    {
        Id = id,
        DisplayName = displayName,
        Versions = versions?.ToList() ?? [],
    };
}
