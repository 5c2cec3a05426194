namespace Azure.Compute.Batch;

/// <summary>A node that a task prefers.</summary>
public class BatchAffinityInfo
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="affinityId">Handle of the node, for tasks that prefer it.</param>
    public BatchAffinityInfo(string affinityId)
    {
        AffinityId = affinityId ?? throw new ArgumentNullException(nameof(affinityId));
    }

    internal BatchAffinityInfo()
    {
    }

    /// <summary>Handle of the node, for tasks that prefer it.</summary>
    public string AffinityId { get; set; }
}
