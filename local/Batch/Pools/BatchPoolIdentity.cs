namespace Azure.Compute.Batch;

/// <summary>Pool identity of the Batch service.</summary>
public class BatchPoolIdentity
{
    internal BatchPoolIdentity()
    {
    }

    /// <summary>Kind.</summary>
    public BatchPoolIdentityType Type { get; internal set; }

    /// <summary>The identities.</summary>
    public IList<BatchUserAssignedIdentity> UserAssignedIdentities { get; internal set; } = new UnsetList<BatchUserAssignedIdentity>();
}
