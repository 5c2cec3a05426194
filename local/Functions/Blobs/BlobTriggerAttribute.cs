namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function when a blob is created or changed.</summary>
public sealed class BlobTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="blobPath">Container and name pattern, such as <c>raw/{dataset}/{name}.csv</c>.</param>
    public BlobTriggerAttribute(string blobPath)
    {
        BlobPath = blobPath;
    }

    /// <summary>Container and name pattern.</summary>
    [BindingPropertyName("path")]
    public string BlobPath { get; }

    /// <summary>The setting that names the storage account; <c>AzureWebJobsStorage</c> when not set.</summary>
    public string? Connection { get; set; }

    /// <summary>How changes are found. The stand-in polls the container for either value.</summary>
    public BlobTriggerSource Source { get; set; } = BlobTriggerSource.LogsAndContainerScan;
}
