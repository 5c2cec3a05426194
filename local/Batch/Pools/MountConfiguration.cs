namespace Azure.Compute.Batch;

/// <summary>One file system to mount: exactly one kind is set.</summary>
public class MountConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public MountConfiguration()
    {
    }

    /// <summary>A blob container, by blobfuse.</summary>
    public AzureBlobFileSystemConfiguration AzureBlobFileSystemConfiguration { get; set; }

    /// <summary>An NFS export.</summary>
    public NfsMountConfiguration NfsMountConfiguration { get; set; }

    /// <summary>A CIFS share.</summary>
    public CifsMountConfiguration CifsMountConfiguration { get; set; }

    /// <summary>An Azure file share.</summary>
    public AzureFileShareConfiguration AzureFileShareConfiguration { get; set; }
}
