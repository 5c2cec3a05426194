namespace Azure.Compute.Batch;

/// <summary>Azure blob file system configuration of the Batch service.</summary>
public class AzureBlobFileSystemConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="accountName">The account name.</param>
    /// <param name="containerName">The container name.</param>
    /// <param name="relativeMountPath">The relative mount path.</param>
    public AzureBlobFileSystemConfiguration(string accountName, string containerName, string relativeMountPath)
    {
        AccountName = accountName ?? throw new ArgumentNullException(nameof(accountName));
        ContainerName = containerName ?? throw new ArgumentNullException(nameof(containerName));
        RelativeMountPath = relativeMountPath ?? throw new ArgumentNullException(nameof(relativeMountPath));
    }

    internal AzureBlobFileSystemConfiguration()
    {
    }

    /// <summary>The account name.</summary>
    public string AccountName { get; set; }

    /// <summary>The container name.</summary>
    public string ContainerName { get; set; }

    /// <summary>The account key.</summary>
    public string AccountKey { get; set; }

    /// <summary>The sas key.</summary>
    public string SasKey { get; set; }

    /// <summary>The blobfuse options.</summary>
    public string BlobfuseOptions { get; set; }

    /// <summary>The relative mount path.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>Managed identity that has access.</summary>
    public BatchNodeIdentityReference IdentityReference { get; set; }
}
