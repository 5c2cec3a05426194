using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A blob container to upload to.</summary>
public class OutputFileBlobContainerDestination
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="containerUri">Blob container, with its SAS unless an identity gives access.</param>
    public OutputFileBlobContainerDestination(Uri containerUri)
    {
        ContainerUri = containerUri ?? throw new ArgumentNullException(nameof(containerUri));
    }

    internal OutputFileBlobContainerDestination()
    {
    }

    /// <summary>Blob, or prefix of the blobs when the pattern has wildcards.</summary>
    public string Path { get; set; }

    /// <summary>Blob container, with its SAS unless an identity gives access.</summary>
    [JsonPropertyName("containerUrl")]
    public Uri ContainerUri { get; set; }

    /// <summary>Managed identity that has access.</summary>
    public BatchNodeIdentityReference IdentityReference { get; set; }

    /// <summary>HTTP headers of the uploads.</summary>
    public IList<OutputFileUploadHeader> UploadHeaders { get; internal set; } = new UnsetList<OutputFileUploadHeader>();
}
