namespace Azure.Compute.Batch;

/// <summary>A customer's own key for disks.</summary>
public class DiskCustomerManagedKey
{
    /// <summary>Creates one with nothing set.</summary>
    public DiskCustomerManagedKey()
    {
    }

    /// <summary>Managed identity that has access.</summary>
    public BatchPoolIdentityReference IdentityReference { get; set; }

    /// <summary>Address of the key.</summary>
    public string KeyUrl { get; set; }

    /// <summary>Whether a new version of the key is taken up by itself.</summary>
    public bool? RotationToLatestKeyVersionEnabled { get; set; }
}
