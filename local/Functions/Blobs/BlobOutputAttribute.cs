namespace Microsoft.Azure.Functions.Worker;

/// <summary>Writes the returned value, or a property of it, to a blob.</summary>
public sealed class BlobOutputAttribute : OutputBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="blobPath">Container and name, with binding expressions such as <c>out/{name}</c>.</param>
    public BlobOutputAttribute(string blobPath)
    {
        BlobPath = blobPath;
    }

    /// <summary>Container and name.</summary>
    [BindingPropertyName("path")]
    public string BlobPath { get; }

    /// <summary>The setting that names the storage account; <c>AzureWebJobsStorage</c> when not set.</summary>
    public string? Connection { get; set; }
}
