using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>An Azure file share to mount.</summary>
public class AzureFileShareConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="accountName">Storage account.</param>
    /// <param name="accountKey">Key of the storage account.</param>
    /// <param name="azureFileUri">The file share.</param>
    /// <param name="relativeMountPath">Folder to mount it at, relative to the node's mounts folder.</param>
    public AzureFileShareConfiguration(string accountName, string accountKey, Uri azureFileUri, string relativeMountPath)
    {
        AccountName = accountName ?? throw new ArgumentNullException(nameof(accountName));
        AccountKey = accountKey ?? throw new ArgumentNullException(nameof(accountKey));
        AzureFileUri = azureFileUri ?? throw new ArgumentNullException(nameof(azureFileUri));
        RelativeMountPath = relativeMountPath ?? throw new ArgumentNullException(nameof(relativeMountPath));
    }

    internal AzureFileShareConfiguration()
    {
    }

    /// <summary>Storage account.</summary>
    public string AccountName { get; set; }

    /// <summary>Key of the storage account.</summary>
    public string AccountKey { get; set; }

    /// <summary>The file share.</summary>
    [JsonPropertyName("azureFileUrl")]
    public Uri AzureFileUri { get; set; }

    /// <summary>Folder to mount it at, relative to the node's mounts folder.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>More options of the mount command.</summary>
    public string MountOptions { get; set; }
}
