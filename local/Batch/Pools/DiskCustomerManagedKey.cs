namespace Azure.Compute.Batch;

/// <summary>Disk customer managed key of the Batch service.</summary>
public class DiskCustomerManagedKey
{
    /// <summary>Creates one with nothing set.</summary>
    public DiskCustomerManagedKey()
    {
    }

    /// <summary>Managed identity that has access.</summary>
    public BatchPoolIdentityReference IdentityReference { get; set; }

    /// <summary>The key url.</summary>
    public string KeyUrl { get; set; }

    /// <summary>The rotation to latest key version enabled.</summary>
    public bool? RotationToLatestKeyVersionEnabled { get; set; }
}
