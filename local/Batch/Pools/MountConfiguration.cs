namespace Azure.Compute.Batch;

/// <summary>Mount configuration of the Batch service.</summary>
public class MountConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public MountConfiguration()
    {
    }

    /// <summary>The azure blob file system configuration.</summary>
    public AzureBlobFileSystemConfiguration AzureBlobFileSystemConfiguration { get; set; }

    /// <summary>The nfs mount configuration.</summary>
    public NfsMountConfiguration NfsMountConfiguration { get; set; }

    /// <summary>The cifs mount configuration.</summary>
    public CifsMountConfiguration CifsMountConfiguration { get; set; }

    /// <summary>The azure file share configuration.</summary>
    public AzureFileShareConfiguration AzureFileShareConfiguration { get; set; }
}
