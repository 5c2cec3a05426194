using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker.Core;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>A blob, or a container, that a binding refers to; in the form that the storage extension hands to converters.</summary>
internal sealed class BlobReference(BlobContainerClient container, string? name, string? connection) : ModelBindingData
{
    public BlobContainerClient Container => container;

    public string? Name => name;

    public override string Version => "1.0";

    public override string Source => "AzureStorageBlobs";

    public override BinaryData Content =>
        BinaryData.FromObjectAsJson(
            new
            {
                Connection = connection,
                ContainerName = container.Name,
                BlobName = name,
            }
        );

    public override string ContentType => "application/json";
}
