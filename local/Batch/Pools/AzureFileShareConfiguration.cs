using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Azure file share configuration of the Batch service.</summary>
public class AzureFileShareConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="accountName">The account name.</param>
    /// <param name="accountKey">The account key.</param>
    /// <param name="azureFileUri">The azure file uri.</param>
    /// <param name="relativeMountPath">The relative mount path.</param>
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

    /// <summary>The account name.</summary>
    public string AccountName { get; set; }

    /// <summary>The account key.</summary>
    public string AccountKey { get; set; }

    /// <summary>The azure file uri.</summary>
    [JsonPropertyName("azureFileUrl")]
    public Uri AzureFileUri { get; set; }

    /// <summary>The relative mount path.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>The mount options.</summary>
    public string MountOptions { get; set; }
}
