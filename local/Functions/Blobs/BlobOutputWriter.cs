using Azure.Storage.Blobs;
using DurableMl.Local.Functions.Http;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Writes <see cref="BlobOutputAttribute"/> outputs; the container is made when it is not there.</summary>
internal sealed class BlobOutputWriter(StorageConnections storage, HostSettings settings, TimeProvider time) : IOutputWriter
{
    public bool Handles(BindingAttribute attribute) => attribute is BlobOutputAttribute;

    public async Task WriteAsync(BindingAttribute attribute, object value, FunctionContext context)
    {
        BlobOutputAttribute output = (BlobOutputAttribute)attribute;
        (string containerName, string? name) = new BlobPath(output.BlobPath, settings.Configuration).Fill(
            context.BindingContext.BindingData,
            time
        );
        if (name is null)
        {
            throw new InvalidOperationException($"BlobOutputAttribute.BlobPath '{output.BlobPath}' names a container: add a blob's name.");
        }

        BlobContainerClient container = storage.Blobs(output.Connection).GetBlobContainerClient(containerName);
        await container.CreateIfNotExistsAsync(cancellationToken: context.CancellationToken);
        BlobClient blob = container.GetBlobClient(name);
        if (value is Stream stream)
        {
            await blob.UploadAsync(stream, overwrite: true, context.CancellationToken);
            return;
        }

        await blob.UploadAsync(ToBytes(value, context), overwrite: true, context.CancellationToken);
    }

    private static BinaryData ToBytes(object value, FunctionContext context) =>
        value switch
        {
            string text => BinaryData.FromString(text),
            byte[] bytes => BinaryData.FromBytes(bytes),
            ReadOnlyMemory<byte> memory => BinaryData.FromBytes(memory),
            BinaryData data => data,
            _ => context.Serializer().Serialize(value, value.GetType(), context.CancellationToken),
        };
}
