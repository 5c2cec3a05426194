namespace Azure.Compute.Batch;

/// <summary>Managed identities of a pool.</summary>
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
