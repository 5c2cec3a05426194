namespace Microsoft.Azure.Functions.Worker;

/// <summary>Binds a parameter to a blob.</summary>
public sealed class BlobInputAttribute : InputBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="blobPath">Container and name, with binding expressions such as <c>raw/{dataset}/labels</c>.</param>
    public BlobInputAttribute(string blobPath)
    {
        BlobPath = blobPath;
    }

    /// <summary>Container and name.</summary>
    [BindingPropertyName("path")]
    public string BlobPath { get; }

    /// <summary>The setting that names the storage account; <c>AzureWebJobsStorage</c> when not set.</summary>
    public string? Connection { get; set; }
}
