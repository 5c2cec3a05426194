namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>An application of the account.</summary>
    public static BatchApplication BatchApplication(string id = null, string displayName = null, IEnumerable<string> versions = null) => new()
    {
        Id = id,
        DisplayName = displayName,
        Versions = versions?.ToList() ?? [],
    };
}
