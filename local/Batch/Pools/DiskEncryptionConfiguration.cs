namespace Azure.Compute.Batch;

/// <summary>Which disks are encrypted.</summary>
public class DiskEncryptionConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public DiskEncryptionConfiguration()
    {
    }

    /// <summary>The customer's own key.</summary>
    public DiskCustomerManagedKey CustomerManagedKey { get; set; }

    /// <summary>Disks to encrypt.</summary>
    public IList<DiskEncryptionTarget> Targets { get; internal set; } = new UnsetList<DiskEncryptionTarget>();
}
