namespace Azure.Compute.Batch;

/// <summary>A blob container to mount.</summary>
public class AzureBlobFileSystemConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="accountName">Storage account.</param>
    /// <param name="containerName">Blob container.</param>
    /// <param name="relativeMountPath">Folder to mount it at, relative to the node's mounts folder.</param>
    public AzureBlobFileSystemConfiguration(string accountName, string containerName, string relativeMountPath)
    {
        AccountName = accountName ?? throw new ArgumentNullException(nameof(accountName));
        ContainerName = containerName ?? throw new ArgumentNullException(nameof(containerName));
        RelativeMountPath = relativeMountPath ?? throw new ArgumentNullException(nameof(relativeMountPath));
    }

    internal AzureBlobFileSystemConfiguration()
    {
    }

    /// <summary>Storage account.</summary>
    public string AccountName { get; set; }

    /// <summary>Blob container.</summary>
    public string ContainerName { get; set; }

    /// <summary>Key of the storage account.</summary>
    public string AccountKey { get; set; }

    /// <summary>SAS that gives access to the container.</summary>
    public string SasKey { get; set; }

    /// <summary>More options of blobfuse.</summary>
    public string BlobfuseOptions { get; set; }

    /// <summary>Folder to mount it at, relative to the node's mounts folder.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>Managed identity that has access.</summary>
    public BatchNodeIdentityReference IdentityReference { get; set; }
}
