namespace Azure.Compute.Batch;

/// <summary>Disk encryption configuration of the Batch service.</summary>
public class DiskEncryptionConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public DiskEncryptionConfiguration()
    {
    }

    /// <summary>The customer managed key.</summary>
    public DiskCustomerManagedKey CustomerManagedKey { get; set; }

    /// <summary>The targets.</summary>
    public IList<DiskEncryptionTarget> Targets { get; internal set; } = new UnsetList<DiskEncryptionTarget>();
}
